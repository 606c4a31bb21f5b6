// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/http_response_reader.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace slipway::api::client {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::size_t kMaxLineBytes = 8 * 1024;

template <typename... Args>
Error Malformed(fmt::format_string<Args...> format, Args&&... args) {
  return MakeError(ErrorCode::kInternal, "malformed HTTP response: {}",
                   fmt::format(format, std::forward<Args>(args)...));
}

// The start of `text`, short enough for a message.
std::string Excerpt(std::string_view text) { return std::string(text.substr(0, 80)); }

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::optional<std::uint64_t> ParseNumber(std::string_view digits, int base) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

Status SetOnce(std::optional<std::uint64_t>& field, std::string_view name, std::string_view value) {
  const std::optional<std::uint64_t> number = ParseNumber(value, 10);
  if (!number || (field && *field != *number)) {
    return Malformed("{} is \"{}\"", name, Excerpt(value));
  }
  field = number;
  return {};
}

}  // namespace

void HttpResponseReader::Reset() {
  state_ = State::kHead;
  head_ = {};
  partial_head_.clear();
  content_length_.reset();
  chunked_ = false;
  left_ = 0;
  body_bytes_ = 0;
}

Result<HttpProgress> HttpResponseReader::Take(std::string_view input) {
  HttpProgress progress;
  while (progress.used < input.size() && !done()) {
    const std::string_view rest = input.substr(progress.used);
    if (state_ == State::kHead) {
      SLIPWAY_TRY_ASSIGN(const std::size_t used, TakeHead(rest));
      progress.used += used;
    } else if (state_ == State::kFixedBody || state_ == State::kChunkData) {
      const HttpProgress step =
          TakeBody(rest, state_ == State::kFixedBody ? State::kDone : State::kChunkEnd);
      return HttpProgress{.used = progress.used + step.used, .body = step.body};
    } else if (state_ == State::kBodyToEnd) {
      SLIPWAY_TRY(CountBody(rest.size()));
      return HttpProgress{.used = input.size(), .body = rest};
    } else {
      SLIPWAY_TRY_ASSIGN(const std::size_t used, TakeLine(rest));
      progress.used += used;
    }
  }
  return progress;
}

Status HttpResponseReader::TakeEnd() {
  if (state_ == State::kBodyToEnd) state_ = State::kDone;
  if (done()) return {};
  return MakeError(ErrorCode::kUnavailable, "the server closed the connection {}",
                   untouched() ? "without an answer" : "in the middle of its answer");
}

Result<std::size_t> HttpResponseReader::TakeHead(std::string_view input) {
  if (partial_head_.empty()) {
    const std::size_t end = input.find(kEndOfHead);
    if (end != std::string_view::npos && end <= kMaxHeadBytes) {
      SLIPWAY_TRY(ParseHead(input.substr(0, end + 2)));
      return end + kEndOfHead.size();
    }
  }
  // The end may lie across the old part and the new one.
  const std::size_t before = partial_head_.size();
  const std::size_t from = before < kEndOfHead.size() ? 0 : before - kEndOfHead.size() + 1;
  partial_head_ += input.substr(0, kMaxHeadBytes + kEndOfHead.size() - before);
  const std::size_t end = partial_head_.find(kEndOfHead, from);
  if (end == std::string::npos) {
    if (partial_head_.size() >= kMaxHeadBytes) {
      return Malformed("its head has more than {} bytes", kMaxHeadBytes);
    }
    return input.size();
  }
  const std::string head = std::exchange(partial_head_, {});
  SLIPWAY_TRY(ParseHead(std::string_view(head).substr(0, end + 2)));
  return end + kEndOfHead.size() - before;
}

Status HttpResponseReader::ParseHead(std::string_view head) {
  head_ = {};
  content_length_.reset();
  chunked_ = false;
  std::size_t begin = 0;
  for (bool first = true; begin < head.size(); first = false) {
    const std::size_t end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end - begin);
    SLIPWAY_TRY(first ? ParseStatusLine(line) : ParseField(line));
    begin = end + 2;
  }
  return StartBody();
}

Status HttpResponseReader::ParseStatusLine(std::string_view line) {
  constexpr std::size_t kVersionBytes = 9;  // "HTTP/1.1 "
  constexpr std::size_t kDigits = 3;
  if (!line.starts_with("HTTP/1.") || line.size() < kVersionBytes + kDigits ||
      (line.size() > kVersionBytes + kDigits && line[kVersionBytes + kDigits] != ' ')) {
    return Malformed("it begins with \"{}\"", Excerpt(line));
  }
  const std::optional<std::uint64_t> status = ParseNumber(line.substr(kVersionBytes, kDigits), 10);
  if (!status || *status < 100) return Malformed("it begins with \"{}\"", Excerpt(line));
  head_.status = static_cast<int>(*status);
  head_.keeps_connection = line[kVersionBytes - 2] != '0';
  return {};
}

Status HttpResponseReader::ParseField(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return Malformed("a header field is \"{}\"", Excerpt(line));
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (EqualsIgnoringCase(name, "content-length")) return SetOnce(content_length_, name, value);
  if (EqualsIgnoringCase(name, "inference-header-content-length")) {
    return SetOnce(head_.json_size, name, value);
  }
  if (EqualsIgnoringCase(name, "connection")) {
    if (EqualsIgnoringCase(value, "close")) head_.keeps_connection = false;
    if (EqualsIgnoringCase(value, "keep-alive")) head_.keeps_connection = true;
  } else if (EqualsIgnoringCase(name, "transfer-encoding")) {
    if (!EqualsIgnoringCase(value, "chunked")) {
      return Malformed("unknown Transfer-Encoding \"{}\"", Excerpt(value));
    }
    chunked_ = true;
  } else if (EqualsIgnoringCase(name, "content-encoding") &&
             !EqualsIgnoringCase(value, "identity")) {
    return Malformed("it is encoded as \"{}\", which was not asked for", Excerpt(value));
  }
  return {};
}

Status HttpResponseReader::StartBody() {
  if (chunked_ && content_length_) {
    return Malformed("it has both Content-Length and Transfer-Encoding");
  }
  if (head_.status < 200) {
    state_ = State::kHead;  // An interim response: the final one follows.
  } else if (head_.status == 204 || head_.status == 304 || content_length_ == 0) {
    state_ = State::kDone;
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (content_length_) {
    SLIPWAY_TRY(CountBody(*content_length_));
    left_ = *content_length_;
    state_ = State::kFixedBody;
  } else {
    head_.keeps_connection = false;
    state_ = State::kBodyToEnd;
  }
  return {};
}

HttpProgress HttpResponseReader::TakeBody(std::string_view input, State next) {
  const std::string_view piece =
      input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
  left_ -= piece.size();
  if (left_ == 0) state_ = next;
  return {.used = piece.size(), .body = piece};
}

Result<std::size_t> HttpResponseReader::TakeLine(std::string_view input) {
  const std::size_t newline = input.find('\n');
  const std::size_t used = newline == std::string_view::npos ? input.size() : newline + 1;
  if (partial_head_.size() + used > kMaxLineBytes) {
    return Malformed("a line between its chunks has more than {} bytes", kMaxLineBytes);
  }
  partial_head_ += input.substr(0, used);
  if (newline == std::string_view::npos) return used;
  const std::string line = std::exchange(partial_head_, {});
  if (!line.ends_with("\r\n")) return Malformed("a line ends without a carriage return");
  SLIPWAY_TRY(HandleLine(std::string_view(line).substr(0, line.size() - 2)));
  return used;
}

Status HttpResponseReader::HandleLine(std::string_view line) {
  if (state_ == State::kChunkEnd) {
    if (!line.empty()) return Malformed("a chunk is longer than it says");
    state_ = State::kChunkSize;
  } else if (state_ == State::kTrailers) {
    if (line.empty()) state_ = State::kDone;
  } else {
    const std::string_view digits = Trim(line.substr(0, line.find(';')));
    const std::optional<std::uint64_t> size = ParseNumber(digits, 16);
    if (!size) return Malformed("the size of a chunk is \"{}\"", Excerpt(line));
    SLIPWAY_TRY(CountBody(*size));
    left_ = *size;
    state_ = *size == 0 ? State::kTrailers : State::kChunkData;
  }
  return {};
}

Status HttpResponseReader::CountBody(std::uint64_t size) {
  if (size > max_body_bytes_ - body_bytes_) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "the answer has more than {} bytes, the limit of this client",
                     max_body_bytes_);
  }
  body_bytes_ += size;
  return {};
}

}  // namespace slipway::api::client
