#include "base/protobuf.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "crescendo/error.h"

namespace crescendo {
namespace {

using Kind = ProtobufField::Kind;

TEST(Protobuf, WritesTheBytesOfTheFormatsOwnExamples) {
  // The examples of the encoding guide: field 1 = 150, field 2 = "testing", field 3 = the first message.
  const std::string inner = ProtobufWriter().integer(1, 150).message();
  EXPECT_EQ(inner, "\x08\x96\x01");
  EXPECT_EQ(ProtobufWriter().bytes(2, "testing").message(), "\x12\x07testing");
  EXPECT_EQ(ProtobufWriter().bytes(3, inner).message(), "\x1a\x03\x08\x96\x01");
}

TEST(Protobuf, EveryKindComesBackInItsOrder) {
  const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  const std::string message =
      ProtobufWriter().integer(1, 0).integer(1, -1).integer(536'870'911, largest).real(2, 1.5f).bytes(3, "").message();
  ProtobufReader in(message, "it");
  EXPECT_EQ(in.next()->integer, 0u);
  EXPECT_EQ(in.next()->integer, std::numeric_limits<std::uint64_t>::max());
  const auto large = in.next();
  EXPECT_EQ(large->number, 536'870'911u);
  EXPECT_EQ(large->integer, static_cast<std::uint64_t>(largest));
  const auto real = in.next();
  EXPECT_EQ(real->kind, Kind::kFixed32);
  const auto bits = static_cast<std::uint32_t>(real->integer);
  float value;
  std::memcpy(&value, &bits, sizeof value);
  EXPECT_EQ(value, 1.5f);
  const auto empty = in.next();
  EXPECT_EQ(empty->kind, Kind::kBytes);
  EXPECT_TRUE(empty->bytes.empty());
  EXPECT_FALSE(in.next());
}

std::string message_for(std::string_view bytes) {
  try {
    ProtobufReader in(bytes, "the letter");
    while (in.next()) {
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    return error.what();
  }
  return "no error";
}

TEST(Protobuf, WhatIsBrokenIsAnErrorThatSaysWhere) {
  EXPECT_EQ(message_for("\x08"), "the letter ends too early (at its byte 1)");
  EXPECT_EQ(message_for("\x12\x07test"), "the letter ends too early (at its byte 2)");
  EXPECT_EQ(message_for("\x08\x01\x0d\x01"), "the letter ends too early (at its byte 3)");
  EXPECT_EQ(message_for(std::string("\x12") + std::string(9, '\xff') + "\x01"),
            "the letter ends too early (at its byte 11)");
  EXPECT_EQ(message_for(std::string("\x08") + std::string(12, '\x80')),
            "the letter holds a number that does not end (at its byte 11)");
  EXPECT_EQ(message_for("\x0f"), "the letter holds a field of an unknown kind (at its byte 1)");
  EXPECT_EQ(message_for(std::string_view("\x00\x01", 2)),
            "the letter holds an impossible field number (at its byte 1)");
}

}  // namespace
}  // namespace crescendo
