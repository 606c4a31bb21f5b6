// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/vector_codebook.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <limits>
#include <random>

namespace slipway::codebook {
namespace {

constexpr std::size_t kMaxEntries = 256;

float ImportanceOf(const WeightedVectors& vectors, std::size_t number) {
  return vectors.importance.empty() ? 1.0F : vectors.importance[number];
}

// Finds the nearest entry. Entries lie with the same number of each side by side, so that the inner
// loop runs over entries and the compiler can make vectors of it.
class NearestEntry {
 public:
  NearestEntry(std::span<const float> entries, std::size_t length)
      : length_(length),
        count_(entries.size() / length),
        columns_(entries.size()),
        distances_(count_) {
    for (std::size_t e = 0; e < count_; ++e) {
      for (std::size_t i = 0; i < length; ++i) columns_[i * count_ + e] = entries[e * length + i];
    }
  }

  struct Found {
    std::uint8_t entry = 0;
    float distance = 0;
  };

  Found Find(const WeightedVectors& vectors, std::size_t vector) {
    std::ranges::fill(distances_, 0.0F);
    float* const distances = distances_.data();
    for (std::size_t i = 0; i < length_; ++i) {
      const float number = vectors.numbers[vector * length_ + i];
      const float importance = ImportanceOf(vectors, vector * length_ + i);
      const float* const column = &columns_[i * count_];
      for (std::size_t e = 0; e < count_; ++e) {
        const float off = column[e] - number;
        distances[e] += importance * off * off;
      }
    }
    const auto nearest = std::ranges::min_element(distances_);
    return {static_cast<std::uint8_t>(nearest - distances_.begin()), *nearest};
  }

 private:
  const std::size_t length_;
  const std::size_t count_;
  std::vector<float> columns_;    // [length, count].
  std::vector<float> distances_;  // Of the vector at hand to each entry.
};

class KMeans {
 public:
  KMeans(const WeightedVectors& vectors, const KMeansOptions& options)
      : vectors_(vectors),
        options_(options),
        random_(options.seed),
        distances_(vectors.count(), std::numeric_limits<float>::infinity()) {}

  VectorCodebook Run() {
    Start();
    VectorCodebook best = Assign();
    for (std::size_t turn = 1; turn < options_.turns; ++turn) {
      entries_ = best.entries;
      MoveEntries(best.codes);
      VectorCodebook moved = Assign();
      if (moved.error >= best.error) break;
      best = std::move(moved);
    }
    return best;
  }

 private:
  // Takes vectors as entries with a probability that grows with the distance to those taken.
  void Start() {
    std::uniform_int_distribution<std::size_t> any(0, vectors_.count() - 1);
    TakeAsEntry(any(random_));
    while (entries_.size() < options_.entries * vectors_.length) {
      double total = 0;
      for (const float distance : distances_) total += distance;
      TakeAsEntry(total > 0 ? DrawFar(total) : any(random_));
    }
  }

  std::size_t DrawFar(double total) {
    double left = std::uniform_real_distribution<double>(0, total)(random_);
    std::size_t last = 0;
    for (std::size_t v = 0; v < distances_.size(); ++v) {
      if (distances_[v] <= 0) continue;
      last = v;
      left -= distances_[v];
      if (left <= 0) break;
    }
    return last;
  }

  void TakeAsEntry(std::size_t chosen) {
    const auto entry = vectors_.numbers.subspan(chosen * vectors_.length, vectors_.length);
    entries_.insert(entries_.end(), entry.begin(), entry.end());
    for (std::size_t v = 0; v < vectors_.count(); ++v) {
      float distance = 0;
      for (std::size_t i = 0; i < vectors_.length; ++i) {
        const std::size_t number = v * vectors_.length + i;
        const float off = vectors_.numbers[number] - entry[i];
        distance += ImportanceOf(vectors_, number) * off * off;
      }
      distances_[v] = std::min(distances_[v], distance);
    }
  }

  VectorCodebook Assign() {
    VectorCodebook found{.entries = entries_, .codes = {}, .error = 0};
    found.codes.resize(vectors_.count());
    NearestEntry nearest(entries_, vectors_.length);
    for (std::size_t v = 0; v < vectors_.count(); ++v) {
      const NearestEntry::Found entry = nearest.Find(vectors_, v);
      found.codes[v] = entry.entry;
      distances_[v] = entry.distance;
      found.error += entry.distance;
    }
    return found;
  }

  // Puts each entry at the mean of its vectors.
  void MoveEntries(std::span<const std::uint8_t> codes) {
    const std::size_t length = vectors_.length;
    std::vector<double> sums(entries_.size());
    std::vector<double> importances(entries_.size());
    std::vector<bool> is_taken(entries_.size() / length);
    for (std::size_t v = 0; v < codes.size(); ++v) {
      is_taken[codes[v]] = true;
      for (std::size_t i = 0; i < length; ++i) {
        const double importance = ImportanceOf(vectors_, v * length + i);
        importances[codes[v] * length + i] += importance;
        sums[codes[v] * length + i] += importance * vectors_.numbers[v * length + i];
      }
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (importances[i] > 0) entries_[i] = static_cast<float>(sums[i] / importances[i]);
    }
    for (std::size_t e = 0; e < is_taken.size(); ++e) {
      if (!is_taken[e]) PutOnFurthest(e);
    }
  }

  void PutOnFurthest(std::size_t entry) {
    const auto furthest = std::ranges::max_element(distances_);
    const auto v = static_cast<std::size_t>(furthest - distances_.begin());
    std::ranges::copy(vectors_.numbers.subspan(v * vectors_.length, vectors_.length),
                      entries_.begin() + static_cast<std::ptrdiff_t>(entry * vectors_.length));
    *furthest = 0;
  }

  const WeightedVectors& vectors_;
  const KMeansOptions& options_;
  std::mt19937_64 random_;
  std::vector<float> entries_;
  std::vector<float> distances_;  // Of each vector to its nearest entry.
};

}  // namespace

VectorCodebook FindVectorCodebook(const WeightedVectors& vectors, const KMeansOptions& options) {
  SLIPWAY_CHECK(options.entries >= 1 && options.entries <= kMaxEntries && vectors.count() >= 1);
  return KMeans(vectors, options).Run();
}

}  // namespace slipway::codebook
