// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_time.h"

#include "slipway/base/format.h"

#include <array>

namespace slipway::api {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string DateText(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

}  // namespace

void RoundTime::Update() {
  now_ = clock_.Now();
  const auto second = std::chrono::floor<std::chrono::seconds>(clock_.WallNow());
  if (second == second_) return;
  second_ = second;
  date_ = DateText(second);
}

}  // namespace slipway::api
