// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// The header fields of a gRPC request that a connection repeats, in HPACK (RFC 7541). The first
/// block states the size of the server's table and puts the fields into it; every later one names
/// the entries, seven bytes in all, which is what a good client's encoder comes to as well.
struct GrpcRequestFields {
  std::string first;     ///< The block of the connection's first request.
  std::string repeated;  ///< That of every later one.
};

/// The table that both sides have unless the server's SETTINGS say otherwise.
inline constexpr std::uint32_t kHpackDefaultTableBytes = 4'096;

/// Encodes the fields of a call of `method` at `authority` for a server whose table may hold
/// `table_bytes`. A table too small for the fields is not used: every block then spells them out.
GrpcRequestFields EncodeGrpcRequestFields(std::string_view authority, std::string_view method,
                                          std::uint32_t table_bytes);

}  // namespace slipway::api::client
