// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/internal/external_data.h"
#include "slipway/graph/internal/onnx.pb.h"

namespace slipway::graph {

// What we carry along as bytes must not depend on other files. Each function moves whatever
// external data its message has, at any depth, into the message, as raw bytes. kInvalidArgument if
// a tensor's data is not exactly as long as its dimensions say, or not in `files`.

Status BringInside(onnx::TensorProto& proto, const ExternalFiles& files);
Status BringInside(onnx::SparseTensorProto& proto, const ExternalFiles& files);
Status BringInside(onnx::AttributeProto& proto, const ExternalFiles& files);
Status BringInside(onnx::NodeProto& proto, const ExternalFiles& files);
Status BringInside(onnx::GraphProto& proto, const ExternalFiles& files);
Status BringInside(onnx::FunctionProto& proto, const ExternalFiles& files);

}  // namespace slipway::graph
