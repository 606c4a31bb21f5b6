// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/internal/load_protocol.h"

#include <utility>
#include <vector>

namespace slipway::api::client {

/// Keeps the outcomes of a load's requests, in the order in which they came.
class RecordingSink final : public AnswerSink {
 public:
  struct Answer {
    SteadyTime due;
    Status outcome;
  };

  void OnAnswer(SteadyTime due, const Status& outcome) override {
    answers_.push_back({due, outcome});
  }
  const std::vector<Answer>& answers() const { return answers_; }

 private:
  std::vector<Answer> answers_;
};

}  // namespace slipway::api::client
