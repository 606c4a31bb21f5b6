// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace slipway::serving {

/// What engine calls cost by their rows: the line, a fixed part and one for each row, that fits
/// those of late best (least squares, older calls counting less and less).
///
/// Not thread-safe.
class RunCost {
 public:
  RunCost();

  /// Notes a call with `rows` rows, at least 1, that took `time`.
  void Observe(std::int64_t rows, std::chrono::nanoseconds time);
  /// The rows of a call from which on more of them would hardly make any of them cheaper: a call
  /// with more only keeps its first requests waiting for its last. While calls do not differ enough
  /// to tell, as when all are cut to this, twice what it was: the next that are full do.
  std::int64_t WorthwhileRows() const;

 private:
  /// What the line says; nothing while it has no slope.
  std::optional<std::int64_t> ByLine() const;

  std::int64_t known_;  // What the line said last.
  // Sums over the calls, each with its weight, of 1, rows, time, rows² and rows × time; time in
  // nanoseconds.
  double weight_ = 0;
  double rows_ = 0;
  double time_ = 0;
  double rows_squared_ = 0;
  double rows_by_time_ = 0;
};

}  // namespace slipway::serving
