#include "base/protobuf.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "crescendo/error.h"

namespace crescendo {
namespace {

static_assert(std::endian::native == std::endian::little, "fixed numbers are written as they lie in memory");

using Kind = ProtobufField::Kind;

std::uint64_t key_of(std::uint32_t field, Kind kind) { return std::uint64_t{field} << 3 | static_cast<unsigned>(kind); }

}  // namespace

ProtobufWriter& ProtobufWriter::integer(std::uint32_t field, std::int64_t value) {
  varint(key_of(field, Kind::kInteger));
  varint(static_cast<std::uint64_t>(value));
  return *this;
}

ProtobufWriter& ProtobufWriter::real(std::uint32_t field, float value) {
  varint(key_of(field, Kind::kFixed32));
  message_.append(reinterpret_cast<const char*>(&value), sizeof value);
  return *this;
}

ProtobufWriter& ProtobufWriter::bytes(std::uint32_t field, std::string_view content) {
  varint(key_of(field, Kind::kBytes));
  varint(content.size());
  message_.append(content);
  return *this;
}

// Seven bits a byte, the lowest first; the eighth says that more follow.
void ProtobufWriter::varint(std::uint64_t value) {
  for (; value > 0x7f; value >>= 7) message_.push_back(static_cast<char>(0x80 | (value & 0x7f)));
  message_.push_back(static_cast<char>(value));
}

std::optional<ProtobufField> ProtobufReader::next() {
  if (at_ == message_.size()) return std::nullopt;
  const std::uint64_t key = varint();
  ProtobufField field;
  field.number = static_cast<std::uint32_t>(key >> 3);
  field.kind = static_cast<Kind>(key & 7);
  if (field.number == 0 || key >> 32 != 0) refuse("holds an impossible field number");
  switch (field.kind) {
    case Kind::kInteger:
      field.integer = varint();
      break;
    case Kind::kFixed64:
      std::memcpy(&field.integer, take(8).data(), 8);
      break;
    case Kind::kFixed32:
      std::memcpy(&field.integer, take(4).data(), 4);
      break;
    case Kind::kBytes:
      field.bytes = take(varint());
      break;
    default:
      refuse("holds a field of an unknown kind");
  }
  return field;
}

std::uint64_t ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(take(1).front());
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  refuse("holds a number that does not end");
}

std::string_view ProtobufReader::take(std::uint64_t count) {
  if (count > message_.size() - at_) refuse("ends too early");
  at_ += count;
  return message_.substr(at_ - count, count);
}

void ProtobufReader::refuse(std::string_view reason) const {
  bad_input(fmt::format("{} {} (at its byte {})", what_, reason, at_));
}

}  // namespace crescendo
