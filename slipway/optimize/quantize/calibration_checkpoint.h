// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/range_observer.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace slipway::quantize {

/// What a calibration watches: observers and, at the same places, the names of their values.
struct ObservedValues {
  std::span<const std::string> names;
  std::span<const std::unique_ptr<RangeObserver>> observers;
};

/// A file with what a calibration has seen so far, so that one which was interrupted goes on where
/// it was, and one that has ended can choose other ranges or take in more samples without running
/// the first ones again.
///
/// The fingerprint says what was watched on what: a file with another one is not touched. Not
/// thread-safe.
class CalibrationCheckpoint {
 public:
  CalibrationCheckpoint(std::filesystem::path path, std::uint64_t fingerprint)
      : path_(std::move(path)), fingerprint_(fingerprint) {}

  /// Gives `values` what the file holds, and returns how many samples that were; 0 if there is no
  /// file. kInvalidArgument if it is no such file, or of another model, other data or other
  /// observers; the observers may then have been changed.
  Result<std::size_t> Restore(const ObservedValues& values) const;
  /// Writes what `values` have seen of the first `samples` samples, all or nothing.
  Status Save(const ObservedValues& values, std::size_t samples) const;

 private:
  const std::filesystem::path path_;
  const std::uint64_t fingerprint_;
};

}  // namespace slipway::quantize
