// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http1_pieces.h"

#include <utility>

namespace slipway::api {

void Http1Pieces::Take(StreamStep step, HttpResponse content) {
  if (ended_) return;
  switch (step) {
    case StreamStep::kStart:
      head_ = std::move(content);
      return;
    case StreamStep::kWrite:
      waiting_.push_back(std::move(content.body));
      return;
    case StreamStep::kFinish:
    case StreamStep::kAnswer:
      ended_ = true;
      return;
    case StreamStep::kRelease:
      ended_ = true;
      broken_ = true;
      return;
  }
}

void Http1Pieces::MoveTo(OutputQueue& output, std::size_t most, const Http1ResponseForm& form,
                         std::string_view date) {
  if (!framing_ && head_) framing_ = WriteHttp1Head(*head_, form, date, output);
  while (!waiting_.empty() && output.size() < most) {
    std::vector<BodyPart> body = std::move(waiting_.front());
    waiting_.pop_front();
    for (const BodyPart& part : body) sent_bytes_ += BodyPartSize(part);
    if (form.head_only) continue;
    if (framing_ == Http1Framing::kChunked) {
      WriteHttp1Chunk(std::move(body), output);
    } else {
      for (BodyPart& part : body) output.Append(std::move(part));
    }
  }
  if (!ended_ || done_ || !waiting_.empty()) return;
  done_ = true;
  if (framing_ == Http1Framing::kChunked && !broken_ && !form.head_only) {
    WriteHttp1LastChunk(output);
  }
}

}  // namespace slipway::api
