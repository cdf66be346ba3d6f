#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crescendo {

/// A message in the wire format of Protocol Buffers, written field by field. A repeated field is written once a value.
class ProtobufWriter {
 public:
  ProtobufWriter& integer(std::uint32_t field, std::int64_t value);
  ProtobufWriter& real(std::uint32_t field, float value);
  /// Texts, bytes and whole messages look alike.
  ProtobufWriter& bytes(std::uint32_t field, std::string_view content);

  const std::string& message() const { return message_; }

 private:
  void varint(std::uint64_t value);

  std::string message_;
};

struct ProtobufField {
  enum class Kind : std::uint8_t { kInteger = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };  // as the wire numbers them

  std::uint32_t number = 0;
  Kind kind = Kind::kInteger;
  std::uint64_t integer = 0;  // of kInteger; the bits of the two fixed kinds
  std::string_view bytes;     // of kBytes, in the message that is read
};

/// Reads the fields of one message in their order. The message outlives the reader.
class ProtobufReader {
 public:
  /// `what` is what error messages call the message.
  ProtobufReader(std::string_view message, std::string_view what) : message_(message), what_(what) {}

  /// Nothing at the end. Throws Error (bad input) that says at which byte of the message it breaks.
  std::optional<ProtobufField> next();

 private:
  std::uint64_t varint();
  std::string_view take(std::uint64_t count);
  [[noreturn]] void refuse(std::string_view reason) const;

  std::string_view message_, what_;
  std::size_t at_ = 0;
};

}  // namespace crescendo
