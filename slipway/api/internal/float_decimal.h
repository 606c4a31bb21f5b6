// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace slipway::api {

/// From here on floats are whole numbers, whose shortest decimal leaves out digits that they have.
inline constexpr float kFirstWholeFloat = 16777216;

/// Most floats that `ShortenFloats` takes.
inline constexpr std::size_t kFloatChunk = 64;

/// The shortest decimals of some floats, digits · 10^exponent, each part side by side. The digits,
/// one to nine, are filled up with zeros in front: `first` is the first of nine, `others` are the
/// other eight, one a byte, the first one lowest.
struct ShortDecimals {
  std::array<std::int32_t, kFloatChunk> exponent;
  std::array<std::uint64_t, kFloatChunk> others;
  std::array<std::uint32_t, kFloatChunk> first;
};

/// Finds the decimals with the fewest digits that read back as `values`, at most `kFloatChunk`, and
/// of several the nearest. What it finds for zero, for what is not finite and for magnitudes from
/// `kFirstWholeFloat` on means nothing.
///
/// As in R. Giulietti, "The Schubfach way to render doubles" (2022), with the constants of single
/// precision. Without a branch or a 128-bit product, so that it is done for many floats at once.
/// Thread-safe.
void ShortenFloats(std::span<const float> values, ShortDecimals& decimals);

}  // namespace slipway::api
