// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_request_fields.h"

#include <gtest/gtest.h>

namespace slipway::api::client {
namespace {

TEST(GrpcRequestFieldsTest, SpellsTheFieldsOutOnceAndNamesThemAfterwards) {
  const GrpcRequestFields fields = EncodeGrpcRequestFields("h:1", "/s/M", kHpackDefaultTableBytes);

  EXPECT_EQ(fields.first,
            "\x3f\xe1\x1f\x83\x86\x44\x04/s/M\x41\x03h:1\x40\x02te\x08trailers"
            "\x5f\x10"
            "application/grpc\x7a\x07slipway");
  EXPECT_EQ(fields.repeated, "\x83\x86\xc2\xc1\xc0\xbf\xbe");
}

TEST(GrpcRequestFieldsTest, DoesWithoutATableThatIsTooSmall) {
  const GrpcRequestFields fields = EncodeGrpcRequestFields("h:1", "/s/M", 0);

  EXPECT_EQ(fields.first, "\x20" + fields.repeated);
  EXPECT_EQ(fields.repeated.substr(0, 8), "\x83\x86\x04\x04/s/M");
}

TEST(GrpcRequestFieldsTest, WritesLongLengthsInSeveralBytes) {
  const std::string authority(300, 'a');

  const GrpcRequestFields fields = EncodeGrpcRequestFields(authority, "/s/M", 0);

  // 300 - 127 = 173 = 0b1'0101101.
  EXPECT_NE(fields.repeated.find("\x01\x7f\xad\x01" + authority), std::string::npos);
}

}  // namespace
}  // namespace slipway::api::client
