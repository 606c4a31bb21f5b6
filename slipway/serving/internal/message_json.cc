// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/message_json.h"

#include "slipway/base/json_writer.h"

#include <google/protobuf/descriptor.h>

#include <map>

namespace slipway::serving {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void WriteMessage(JsonWriter& json, const Message& message);

void WriteEnumerator(JsonWriter& json, const FieldDescriptor& field, int number) {
  const EnumValueDescriptor* const named = field.enum_type()->FindValueByNumber(number);
  if (named == nullptr) {
    json.Number(number);
  } else {
    json.String(named->name());
  }
}

void WriteSingle(JsonWriter& json, const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      json.Number(reflection.GetInt32(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      json.Number(reflection.GetInt64(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      json.Number(reflection.GetUInt32(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      json.Number(reflection.GetUInt64(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      json.Number(reflection.GetDouble(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      json.Number(reflection.GetFloat(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      json.Bool(reflection.GetBool(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      WriteEnumerator(json, field, reflection.GetEnumValue(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_STRING:
      json.String(reflection.GetString(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      WriteMessage(json, reflection.GetMessage(message, &field));
      return;
  }
}

void WriteElement(JsonWriter& json, const Message& message, const FieldDescriptor& field,
                  int index) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      json.Number(reflection.GetRepeatedInt32(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      json.Number(reflection.GetRepeatedInt64(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      json.Number(reflection.GetRepeatedUInt32(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      json.Number(reflection.GetRepeatedUInt64(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      json.Number(reflection.GetRepeatedDouble(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      json.Number(reflection.GetRepeatedFloat(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      json.Bool(reflection.GetRepeatedBool(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      WriteEnumerator(json, field, reflection.GetRepeatedEnumValue(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_STRING:
      json.String(reflection.GetRepeatedString(message, &field, index));
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      WriteMessage(json, reflection.GetRepeatedMessage(message, &field, index));
      return;
  }
}

std::string KeyText(const Message& entry, const FieldDescriptor& key) {
  if (key.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return entry.GetReflection()->GetString(entry, &key);
  }
  JsonWriter number;
  WriteSingle(number, entry, key);
  return number.Take();
}

void WriteMap(JsonWriter& json, const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  // Maps have no order of their own: the same configuration gives the same text.
  std::map<std::string, const Message*> entries;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    entries.emplace(KeyText(entry, *entry.GetDescriptor()->map_key()), &entry);
  }
  json.BeginObject();
  for (const auto& [key, entry] : entries) {
    json.Key(key);
    WriteSingle(json, *entry, *entry->GetDescriptor()->map_value());
  }
  json.EndObject();
}

void WriteList(JsonWriter& json, const Message& message, const FieldDescriptor& field) {
  json.BeginArray();
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    WriteElement(json, message, field, i);
  }
  json.EndArray();
}

void WriteMessage(JsonWriter& json, const Message& message) {
  json.BeginObject();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    const bool may_be_absent = !field.is_repeated() && field.has_presence();
    if (may_be_absent && !message.GetReflection()->HasField(message, &field)) continue;
    json.Key(field.name());
    if (field.is_map()) {
      WriteMap(json, message, field);
    } else if (field.is_repeated()) {
      WriteList(json, message, field);
    } else {
      WriteSingle(json, message, field);
    }
  }
  json.EndObject();
}

}  // namespace

std::string MessageJson(const Message& message) {
  JsonWriter json;
  WriteMessage(json, message);
  return json.Take();
}

}  // namespace slipway::serving
