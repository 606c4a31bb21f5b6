// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/register_operators.h"

#include "slipway/runtime/kernels/internal/codebook_matmul_operator.h"

namespace slipway::kernels {
namespace {

// Sessions keep pointers into the domain, so it stays until the program, or the library that we are
// in, goes.
class Domain {
 public:
  explicit Domain(const OrtApi& api) : api_(api) {
    failure_ = api.CreateCustomOpDomain(kOperatorDomain, &domain_);
    if (failure_ != nullptr) return;
    failure_ = api.CustomOpDomain_Add(domain_, &CodebookMatMulOperator());
  }
  Domain(const Domain&) = delete;
  Domain& operator=(const Domain&) = delete;
  ~Domain() {
    if (domain_ != nullptr) api_.ReleaseCustomOpDomain(domain_);
    if (failure_ != nullptr) api_.ReleaseStatus(failure_);
  }

  OrtStatus* AddTo(OrtSessionOptions& options) const {
    if (failure_ == nullptr) return api_.AddCustomOpDomain(&options, domain_);
    return api_.CreateStatus(api_.GetErrorCode(failure_), api_.GetErrorMessage(failure_));
  }

 private:
  const OrtApi& api_;
  OrtCustomOpDomain* domain_ = nullptr;
  OrtStatus* failure_ = nullptr;
};

}  // namespace

OrtStatus* RegisterOperators(OrtSessionOptions& options, const OrtApi& api) {
  static const Domain domain(api);
  return domain.AddTo(options);
}

}  // namespace slipway::kernels
