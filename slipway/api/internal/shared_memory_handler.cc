// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/shared_memory_handler.h"

#include "slipway/api/internal/json_body.h"
#include "slipway/api/internal/rest_response.h"
#include "slipway/api/internal/shared_tensor.h"
#include "slipway/base/json_writer.h"

#include <optional>
#include <utility>

namespace slipway::api {
namespace {

Result<SharedMemoryPlace> ParsePlace(std::string_view name, const std::string& body) {
  SharedMemoryPlace place;
  place.name = name;
  bool has_key = false;
  bool has_size = false;
  SLIPWAY_TRY(ReadJsonBody(body, [&](JsonReader& reader, std::string_view key) -> Status {
    if (key == "key") {
      has_key = true;
      SLIPWAY_TRY_ASSIGN(place.key, reader.ReadString());
      return {};
    }
    if (key == "offset") return reader.ReadNumber(place.offset);
    if (key != "byte_size") return reader.SkipValue();
    has_size = true;
    return reader.ReadNumber(place.byte_size);
  }));
  if (!has_key) return InvalidArgument("\"key\" is missing");
  if (!has_size) return InvalidArgument("\"byte_size\" is missing");
  return place;
}

}  // namespace

Result<SharedMemoryRegions*> SharedMemoryHandler::Regions() const {
  if (parts_.regions == nullptr) return SharedMemoryNotOffered();
  return parts_.regions;
}

Result<HttpResponse> SharedMemoryHandler::List(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(const SharedMemoryRegions* regions, Regions());
  SLIPWAY_TRY_ASSIGN(const std::vector<SharedMemoryPlace> places, regions->List(match.region));
  JsonWriter json;
  json.BeginArray();
  for (const SharedMemoryPlace& place : places) {
    json.BeginObject().Key("name").String(place.name).Key("key").String(place.key);
    json.Key("offset").Number(place.offset);
    json.Key("byte_size").Number(place.byte_size).EndObject();
  }
  json.EndArray();
  return JsonResponse(200, json.Take());
}

Result<HttpResponse> SharedMemoryHandler::Register(const HttpRequest& request,
                                                   const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(SharedMemoryRegions* const regions, Regions());
  SLIPWAY_TRY_ASSIGN(SharedMemoryPlace place, ParsePlace(match.region.value_or(""), request.body));
  SLIPWAY_TRY(regions->Register(std::move(place)));
  return EmptyResponse(200);
}

Result<HttpResponse> SharedMemoryHandler::Unregister(const RouteMatch& match) const {
  SLIPWAY_TRY_ASSIGN(SharedMemoryRegions* const regions, Regions());
  if (match.region) {
    regions->Unregister(*match.region);
  } else {
    regions->UnregisterAll();
  }
  return EmptyResponse(200);
}

}  // namespace slipway::api
