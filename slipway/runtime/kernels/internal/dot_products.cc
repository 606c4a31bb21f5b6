// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/dot_products.h"

namespace slipway::kernels {

const DotProducts& DotProductsFor(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kPortable:
      break;
    case InstructionSet::kAvx2:
      return kAvx2Products;
    case InstructionSet::kAvx512:
      return kAvx512Products;
    case InstructionSet::kAvx512Vnni:
      return kAvx512VnniProducts;
  }
#endif
  return kPortableProducts;
}

}  // namespace slipway::kernels
