#include "train/sectioned_file.h"

#include <bit>

#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr std::uint32_t kLongestHeader = 1u << 30;  // a checkpoint's curve takes some 200 bytes an epoch

static_assert(std::endian::native == std::endian::little, "the numbers are written as they lie in memory");

std::string number_bytes(std::uint32_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

}  // namespace

std::string file_head(std::string_view letters, std::uint32_t version, const Json& header) {
  // A class is named for its folder, whose name need not be UTF-8.
  const std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  check(text.size() <= kLongestHeader, "a file's header is no longer than what is read again");
  return std::string(letters) + number_bytes(version) + number_bytes(static_cast<std::uint32_t>(text.size())) + text;
}

std::string_view FilePieces::take_head(std::string_view letters, std::uint32_t version) {
  if (bytes_.substr(0, letters.size()) != letters) refuse("does not begin with " + std::string(letters));
  take(letters.size(), "magic");
  if (const std::uint32_t found = take_number("version"); found != version) {
    refuse("has version " + std::to_string(found) + ", this program reads version " + std::to_string(version));
  }
  const std::uint32_t length = take_number("length of the header");
  if (length > kLongestHeader) refuse("claims a header of " + std::to_string(length) + " bytes");
  return take(length, "header");
}

void FilePieces::finish(std::string_view what) const {
  if (left() > 0) refuse("has " + std::to_string(left()) + " bytes behind the " + std::string(what));
}

void FilePieces::refuse(const std::string& reason) const {
  bad_input(file_.string() + " is not " + std::string(kind_) + ": it " + reason + " (at byte " + std::to_string(at_) +
            ")");
}

std::string_view FilePieces::take(std::size_t count, std::string_view what) {
  if (count > left()) {
    at_ = bytes_.size();
    refuse("ends within the " + std::string(what));
  }
  at_ += count;
  return bytes_.substr(at_ - count, count);
}

std::uint32_t FilePieces::take_number(std::string_view what) {
  std::uint32_t value;
  std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
  return value;
}

}  // namespace crescendo
