// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/repository_request.h"

#include "slipway/api/internal/json_body.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/base/base64.h"

#include <string_view>
#include <utility>

namespace slipway::api {
namespace {
constexpr std::string_view kFilePrefix = "file:";

Status ReadLoadParameter(JsonReader& reader, std::string_view key, serving::LoadRequest& load) {
  if (key == "config") {
    if (load.config_json) return InvalidArgument("it is given twice");
    SLIPWAY_TRY_ASSIGN(load.config_json, reader.ReadString());
    return {};
  }
  if (!key.starts_with(kFilePrefix)) {
    return InvalidArgument("it is unknown; there are \"config\" and \"file:<version>/<file>\"");
  }
  std::string unescaped;
  SLIPWAY_TRY_ASSIGN(const std::string_view text, reader.ReadText(unescaped));
  SLIPWAY_TRY_ASSIGN(std::string bytes, DecodeBase64(text));
  const std::string path(key.substr(kFilePrefix.size()));
  if (!load.files.emplace(path, std::move(bytes)).second)
    return InvalidArgument("it is given twice");
  return {};
}

/// Calls `read(key)` for each member of "parameters".
template <typename Read>
Status ForEachParameter(const std::string& body, Read read) {
  return ReadJsonBody(body, [&read](JsonReader& reader, std::string_view key) -> Status {
    if (key != "parameters") return reader.SkipValue();
    return reader.ForEachMember([&](std::string_view parameter) -> Status {
      const Status status = read(reader, parameter);
      if (status) return {};
      return Annotate(status.error(), "parameter {:?}", parameter.substr(0, kShownLength));
    });
  });
}

}  // namespace

Result<bool> ParseIndexRequest(const std::string& body) {
  bool ready_only = false;
  SLIPWAY_TRY(ReadJsonBody(body, [&](JsonReader& reader, std::string_view key) -> Status {
    if (key != "ready") return reader.SkipValue();
    SLIPWAY_TRY_ASSIGN(ready_only, reader.ReadBool());
    return {};
  }));
  return ready_only;
}

Result<serving::LoadRequest> ParseLoadRequest(ModelName model, const std::string& body) {
  serving::LoadRequest load{.model = std::move(model)};
  SLIPWAY_TRY(ForEachParameter(body, [&load](JsonReader& reader, std::string_view key) {
    return ReadLoadParameter(reader, key, load);
  }));
  if (!load.files.empty() && !load.config_json) {
    return InvalidArgument(
        "parameter {:?} needs the parameter \"config\" beside it",
        (std::string(kFilePrefix) + load.files.begin()->first).substr(0, kShownLength));
  }
  return load;
}

Status CheckUnloadRequest(const std::string& body) {
  return ForEachParameter(body, [](JsonReader& reader, std::string_view key) -> Status {
    if (key != "unload_dependents") {
      return InvalidArgument("it is unknown; there is \"unload_dependents\"");
    }
    SLIPWAY_TRY(reader.ReadBool());
    return {};
  });
}

}  // namespace slipway::api
