// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/value_histogram.h"

namespace slipway::quantize {

// Ranges for 8-bit codes, 256 of them, by how often a tensor takes which values. Each lies within
// the exact range of the histogram and holds zero if that does; it is that range itself if there is
// nothing to gain by cutting values off, and [0, 0] if there are no values.

/// The range without the outermost values: `share`, above 0.5 and at most 1, of all values but
/// zeros stays. A half of what goes, goes on each side of zero; all of it on one side if the other
/// has no values. The idea is McKinstry et al., "Discovering low-precision networks close to
/// full-precision networks" (2018); a share of 0.99999 is usual.
ValueRange PercentileRange(const ValueHistogram& histogram, double share);

/// The range [-t, t], cut to the values' own, whose 256 codes lose the least information by the
/// Kullback-Leibler divergence between the values, those beyond the range counted at its ends, and
/// what is left of them with each code's bins made equal. By Migacz, "8-bit inference with
/// TensorRT" (GTC 2017). Other than there, exact zeros do not count: zero always has a code of its
/// own, and what Relu makes zero would outweigh all else.
ValueRange EntropyRange(const ValueHistogram& histogram);

/// The range with the smallest mean squared error of 8-bit codes: values beyond it are off by
/// their distance from it, those within by a twelfth of the squared step on average (Bennett,
/// "Spectra of quantized signals", 1948), exact zeros by nothing. Both ends are searched for
/// independently. After Sung et al., "Resiliency of deep neural networks under quantization"
/// (2015), and Banner et al., "Post training 4-bit quantization of convolutional networks" (2019).
ValueRange MseRange(const ValueHistogram& histogram);

}  // namespace slipway::quantize
