// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/route_table.h"

#include "slipway/base/ids.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::api {
namespace {

constexpr PermissionSet kAll = {Permission::kHealth,      Permission::kMetadata,
                                Permission::kInference,   Permission::kSharedMemory,
                                Permission::kModelConfig, Permission::kModelRepository,
                                Permission::kStatistics,  Permission::kTrace,
                                Permission::kLogging,     Permission::kMetrics};

template <typename... Members>
concept MakesRoute = requires(Members... members) { Route{members...}; };
static_assert(MakesRoute<Protocol, const char*, const char*, Operation, Permission>);
static_assert(!MakesRoute<Protocol, const char*, const char*, Operation>,
              "a route without a permission must not compile");

/// A request's path and the row it found; the texts of a match point into the path.
struct Lookup {
  Lookup(std::string_view method, std::string_view target, PermissionSet offered = kAll) {
    const Status parsed = path.Parse(target);
    if (parsed) found = MatchRest(method, path, offered);
  }
  const RouteMatch* match() const { return std::get_if<RouteMatch>(&found); }
  const NoRoute* none() const { return std::get_if<NoRoute>(&found); }

  RequestPath path;
  std::variant<RouteMatch, NoRoute> found = NoRoute{};
};

TEST(RouteTableTest, FindsEveryRowByItsOwnPattern) {
  for (const Route& route : kRoutes) {
    if (route.protocol == Protocol::kGrpc) {
      EXPECT_EQ(MatchGrpc(route.pattern, kAll), &route);
      continue;
    }
    const Lookup lookup(route.method, route.pattern);
    ASSERT_NE(lookup.match(), nullptr) << route.pattern;
    EXPECT_EQ(lookup.match()->route, &route);
  }
}

TEST(RouteTableTest, HandsOutTheNamesInThePath) {
  const Lookup lookup("POST", "/v2/models/m%61in/versions/12/infer?x=1");

  ASSERT_NE(lookup.match(), nullptr);
  EXPECT_EQ(lookup.match()->model, "main");
  EXPECT_EQ(lookup.match()->version, "12");
}

TEST(RouteTableTest, PartsNamesFromTheVerbBehindTheColon) {
  const Lookup predict("POST", "/v1/models/m/versions/2:predict");
  const Lookup encoded("POST", "/v1/models/m%3Apredict");

  ASSERT_NE(predict.match(), nullptr);
  EXPECT_EQ(predict.match()->model, "m");
  EXPECT_EQ(predict.match()->version, "2");
  ASSERT_NE(encoded.match(), nullptr);
  EXPECT_EQ(encoded.match()->model, "m");
  EXPECT_EQ(Lookup("GET", "/v1/models/m:predict").none()->allowed_methods, "POST");
  EXPECT_EQ(Lookup("POST", "/v1/models/m:steal").none()->allowed_methods, "");
  EXPECT_EQ(Lookup("POST", "/v1/models/m:predict:predict").none()->allowed_methods, "");
}

TEST(RouteTableTest, TakesFixedNamesBeforeModels) {
  const Lookup lookup("GET", "/v2/models/stats");

  ASSERT_NE(lookup.match(), nullptr);
  EXPECT_EQ(lookup.match()->route->operation, Operation::kModelStatistics);
}

TEST(RouteTableTest, HandsOutTheRegion) {
  const Lookup lookup("POST", "/v2/systemsharedmemory/region/in%20put/register");

  ASSERT_NE(lookup.match(), nullptr);
  EXPECT_EQ(lookup.match()->region, "in put");
}

TEST(RouteTableTest, NamesAMethodOnce) {
  EXPECT_EQ(Lookup("PUT", "/v2/models/stats").none()->allowed_methods, "GET");
  EXPECT_EQ(Lookup("PUT", "/v2/logging").none()->allowed_methods, "GET, POST");
}

TEST(RouteTableTest, TakesTargetsInAbsoluteForm) {
  EXPECT_NE(Lookup("GET", "http://host:8000/v2/health/live").match(), nullptr);
}

TEST(RouteTableTest, KnowsNoOtherPaths) {
  for (const char* target :
       {"/", "", "*", "/v2/", "//v2", "/v2//health/live", "/v2/health", "/v2/models",
        "/v2/models/m/", "/v2/models/m/infer/x", "/v2/models/m/versions", "/V2", "/v2/health/LIVE",
        "/a/b/c/d/e/f/g/h/i/j/k", "http://host", "/v2/models/../health/live"}) {
    const Lookup lookup("GET", target);
    ASSERT_NE(lookup.none(), nullptr) << target;
    EXPECT_EQ(lookup.none()->allowed_methods, "") << target;
  }
}

TEST(RouteTableTest, SaysWhichMethodsAKnownPathAllows) {
  const Lookup lookup("DELETE", "/v2/models/m/infer");

  ASSERT_NE(lookup.none(), nullptr);
  EXPECT_EQ(lookup.none()->allowed_methods, "POST");
}

TEST(RouteTableTest, HidesWhatTheListenerDoesNotOffer) {
  constexpr PermissionSet kHealthOnly = {Permission::kHealth};
  for (const Route& route : kRoutes) {
    const bool offered = route.permission.get() == Permission::kHealth;
    if (route.protocol == Protocol::kGrpc) {
      EXPECT_EQ(MatchGrpc(route.pattern, kHealthOnly) != nullptr, offered) << route.pattern;
    } else {
      const Lookup lookup(route.method, route.pattern, kHealthOnly);
      EXPECT_EQ(lookup.match() != nullptr, offered) << route.pattern;
    }
  }
}

TEST(RouteTableTest, NeverHandsOutANameThatLeadsOutOfAFolder) {
  for (const char* name :
       {"..",        "%2e%2e", "%2E.",      ".%2e",    "%252e%252e",   "..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f", "a%2fb",  "a%5cb",     "..%5c..", "%c0%ae%c0%ae", "a%00b",
        "%00",       "a\\b",   ".",         ".hidden", "-x",           "a%0ab",
        "%20",       "a%20b",  "%e2%80%ae", "a;b",     "a:b",          "%7e",
        "$x",        "a*"}) {
    for (const char* pattern :
         {"/v2/models/{}", "/v2/models/{}/ready", "/v2/models/{}/versions/1"}) {
      const std::string target = fmt::format(fmt::runtime(pattern), name);
      const Lookup lookup("GET", target);
      if (lookup.match() == nullptr) continue;
      EXPECT_FALSE(ModelName::Parse(lookup.match()->model)) << name;
    }
  }
}

}  // namespace
}  // namespace slipway::api
