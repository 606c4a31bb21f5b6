// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace slipway::dataset {

/// What an IDX file may not exceed.
struct IdxLimits {
  /// Bytes of the elements, after decompression.
  std::uint64_t max_bytes = std::uint64_t{4} << 30U;
  /// Steps along the first dimension that are read, from the first on, if there are more; 0: all.
  /// What lies behind them is not looked at.
  std::size_t max_samples = 0;
};

/// Reads an IDX file, the format of MNIST: two zero bytes, a byte for the element type, one for the
/// number of dimensions, each size as 4 bytes, then the elements, all big endian
/// (http://yann.lecun.com/exdb/mnist, "The IDX file format"). The file may be compressed by gzip;
/// its content decides, not its name.
///
/// `name` is for messages. kInvalidArgument if the bytes are no IDX file or it has fewer or more
/// elements than its header says; kResourceExhausted if it holds more than `limits` allow, which is
/// known before memory is spent on them.
Result<Tensor> ParseIdx(ByteView bytes, std::string_view name, const IdxLimits& limits = {});

/// Reads the IDX file at `path`. kNotFound if there is none.
Result<Tensor> ReadIdx(const std::filesystem::path& path, const IdxLimits& limits = {});

}  // namespace slipway::dataset
