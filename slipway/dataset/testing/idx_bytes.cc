// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/testing/idx_bytes.h"

#include "slipway/base/check.h"

#include <zlib.h>

namespace slipway::dataset {

std::string IdxBytes(std::uint8_t code, const std::vector<std::uint32_t>& sizes,
                     std::string_view elements) {
  std::string bytes = {'\0', '\0', static_cast<char>(code), static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
      bytes.push_back(static_cast<char>(size >> shift & 0xffU));
    }
  }
  return bytes.append(elements);
}

std::string Gzip(std::string_view bytes) {
  constexpr int kLargestWindowWithGzipHeader = 15 + 16;
  constexpr int kUsualMemory = 8;
  z_stream stream = {};
  SLIPWAY_CHECK(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kLargestWindowWithGzipHeader,
                             kUsualMemory, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  SLIPWAY_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace slipway::dataset
