// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/calibration_checkpoint.h"

#include "slipway/base/files.h"
#include "slipway/optimize/quantize/internal/calibration_state.pb.h"

namespace slipway::quantize {
namespace {

// Far above what a histogram for each value of a large model takes.
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30U;

ObserverState StateOf(const ObservedValue& value) {
  return {.observer = value.observer(),
          .numbers = {value.numbers().begin(), value.numbers().end()},
          .counts = {value.counts().begin(), value.counts().end()}};
}

}  // namespace

Result<std::size_t> CalibrationCheckpoint::Restore(const ObservedValues& values) const {
  Result<std::string> bytes = ReadFile(path_, kMaxFileBytes);
  if (!bytes && bytes.error().code() == ErrorCode::kNotFound) return 0;
  if (!bytes) return std::unexpected(bytes.error());
  CalibrationState state;
  if (!state.ParseFromString(*bytes)) {
    return InvalidArgument("{} is no calibration checkpoint: name another file", path_.string());
  }
  const auto count = static_cast<std::size_t>(state.values_size());
  if (state.fingerprint() != fingerprint_ || count != values.names.size()) {
    return InvalidArgument(
        "calibration checkpoint {} is of another model or other data: delete it or name another "
        "file",
        path_.string());
  }
  for (std::size_t i = 0; i < count; ++i) {
    const ObservedValue& value = state.values(static_cast<int>(i));
    const Status restored = values.observers[i]->Restore(StateOf(value));
    if (!restored) {
      return Annotate(restored.error(), "calibration checkpoint {}, value {:?}", path_.string(),
                      value.name());
    }
  }
  return state.samples();
}

Status CalibrationCheckpoint::Save(const ObservedValues& values, std::size_t samples) const {
  CalibrationState state;
  state.set_fingerprint(fingerprint_);
  state.set_samples(samples);
  for (std::size_t i = 0; i < values.names.size(); ++i) {
    const ObserverState seen = values.observers[i]->state();
    ObservedValue& value = *state.add_values();
    value.set_name(values.names[i]);
    value.set_observer(seen.observer);
    value.mutable_numbers()->Add(seen.numbers.begin(), seen.numbers.end());
    value.mutable_counts()->Add(seen.counts.begin(), seen.counts.end());
  }
  return WriteFileAtomically(path_, AsBytes(state.SerializeAsString()));
}

}  // namespace slipway::quantize
