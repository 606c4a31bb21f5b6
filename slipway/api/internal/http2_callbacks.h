// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>

namespace slipway::api {

/// The functions that nghttp2 calls, which pass what it reports to the `Http2Session` behind the
/// user pointer.
struct Http2Callbacks {
  /// All of them, for nghttp2_session_server_new2. Lives as long as the process. Thread-safe.
  static const nghttp2_session_callbacks* Table();
  /// Reads the body of the `Http2Stream` behind `source`.
  static ssize_t ReadBody(nghttp2_session* session, std::int32_t id, std::uint8_t* into,
                          std::size_t size, std::uint32_t* flags, nghttp2_data_source* source,
                          void* user);

 private:
  static int OnBeginFrame(nghttp2_session*, const nghttp2_frame_hd* frame, void* user);
  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t flags, void* user);
  static int OnFrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user);
  static int OnDataChunk(nghttp2_session*, std::uint8_t flags, std::int32_t id,
                         const std::uint8_t* data, std::size_t size, void* user);
  static int OnStreamClose(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user);
  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int SendData(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header,
                      std::size_t size, nghttp2_data_source* source, void* user);
};

}  // namespace slipway::api
