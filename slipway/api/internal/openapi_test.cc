// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/openapi.h"

#include "slipway/api/internal/json_reader.h"
#include "slipway/api/internal/rest_routes.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace slipway::api {
namespace {

using ::testing::StartsWith;

/// The "METHOD pattern" of every operation in the document, and their ids.
struct Operations {
  std::set<std::string> rows;
  std::set<std::string> ids;
  std::size_t count = 0;
};

Status ReadOperation(JsonReader& reader, Operations& operations) {
  ++operations.count;
  return reader.ForEachMember([&](std::string_view key) -> Status {
    if (key != "operationId") return reader.SkipValue();
    SLIPWAY_TRY_ASSIGN(const std::string id, reader.ReadString());
    operations.ids.insert(id);
    return {};
  });
}

Status ReadPaths(JsonReader& reader, Operations& operations) {
  return reader.ForEachMember([&](std::string_view path) -> Status {
    return reader.ForEachMember([&](std::string_view method) -> Status {
      operations.rows.insert((method == "get" ? "GET " : "POST ") + std::string(path));
      return ReadOperation(reader, operations);
    });
  });
}

TEST(OpenApiTest, DescribesEveryRestRoute) {
  const std::string document = OpenApiDocument();
  JsonReader reader(document, document.size());
  Operations operations;

  ASSERT_OK(reader.ForEachMember([&](std::string_view key) -> Status {
    return key == "paths" ? ReadPaths(reader, operations) : reader.SkipValue();
  }));

  ASSERT_OK(reader.ReadEnd());
  EXPECT_THAT(document, StartsWith(R"({"openapi":"3.1.0",)"));
  std::set<std::string> rows;
  for (const Route& route : kRestRoutes) {
    rows.insert(std::string(route.method) + " " + std::string(route.pattern));
  }
  EXPECT_EQ(operations.rows, rows);
  EXPECT_EQ(operations.ids.size(), operations.count);
}

}  // namespace
}  // namespace slipway::api
