#include "images/mat_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "crescendo/error.h"
#include "images/inflate.h"

namespace crescendo {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kHeaderBytes = 128, kTagBytes = 8;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;

// Types of elements. Those of numbers are in number_type().
constexpr std::uint32_t kInt8 = 1, kInt32 = 5, kUint32 = 6, kMatrix = 14, kCompressed = 15;
// Classes of arrays: from double over single and the integers to unsigned of 64 bits.
constexpr std::uint32_t kFirstNumeric = 6, kLastNumeric = 15;

enum class Form { kSigned, kUnsigned, kFloat };

struct NumberType {
  std::size_t bytes;
  Form form;
};

std::optional<NumberType> number_type(std::uint32_t type) {
  switch (type) {
    case 1:
      return NumberType{1, Form::kSigned};
    case 2:
      return NumberType{1, Form::kUnsigned};
    case 3:
      return NumberType{2, Form::kSigned};
    case 4:
      return NumberType{2, Form::kUnsigned};
    case 5:
      return NumberType{4, Form::kSigned};
    case 6:
      return NumberType{4, Form::kUnsigned};
    case 7:
      return NumberType{4, Form::kFloat};
    case 9:
      return NumberType{8, Form::kFloat};
    case 12:
      return NumberType{8, Form::kSigned};
    case 13:
      return NumberType{8, Form::kUnsigned};
    default:
      return std::nullopt;
  }
}

struct Element {
  std::uint32_t type;
  Bytes content;
  std::size_t at;  // of its tag, in what it was read from
};

// Elements one after the other: those of a file, of an unpacked element, or of a matrix.
class Elements {
 public:
  /// `within`: for messages, what the offsets count in.
  Elements(Bytes bytes, std::size_t first, bool big_endian, std::string_view name, std::string_view within)
      : bytes_(bytes), at_(first), big_endian_(big_endian), name_(name), within_(within) {}

  bool at_end() const { return at_ >= bytes_.size(); }

  Element next() {
    const std::size_t begin = at_;
    need(kTagBytes, begin);
    const auto first = static_cast<std::uint32_t>(number(bytes_.subspan(begin, 4)));
    // A short element has its size in the upper half of its type, and its content in the place of the size.
    if (first >> 16 != 0) {
      const std::size_t size = first >> 16;
      if (size > 4) refuse(begin, "claims a short element of more than 4 bytes");
      at_ += kTagBytes;
      return {first & 0xffff, bytes_.subspan(begin + 4, size), begin};
    }
    const std::size_t size = number(bytes_.subspan(begin + 4, 4));
    need(kTagBytes + size, begin);
    at_ += kTagBytes + size;
    if (first != kCompressed) at_ += (8 - size % 8) % 8;  // the last one's may be missing
    return {first, bytes_.subspan(begin + kTagBytes, size), begin};
  }

  /// The next one, of this type.
  Element next(std::uint32_t type, std::string_view what) {
    if (at_end()) refuse(at_, fmt::format("ends before {}", what));
    const Element element = next();
    if (element.type != type) refuse(element.at, fmt::format("has no {}", what));
    return element;
  }

  /// Up to 8 bytes, in the file's order.
  std::uint64_t number(Bytes bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value = value << 8 | bytes[big_endian_ ? i : bytes.size() - 1 - i];
    }
    return value;
  }

  /// The numbers of an element.
  std::vector<double> values(const Element& element) const {
    const std::optional<NumberType> type = number_type(element.type);
    if (!type) refuse(element.at, fmt::format("has numbers of type {}, which is none", element.type));
    if (element.content.size() % type->bytes != 0) refuse(element.at, "has a number that is cut");
    std::vector<double> values(element.content.size() / type->bytes);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t bits = number(element.content.subspan(i * type->bytes, type->bytes));
      values[i] = value_of(bits, *type);
    }
    return values;
  }

  [[noreturn]] void refuse(std::size_t at, std::string_view what) const {
    bad_input(fmt::format("'{}' {} at byte {}{}; a MAT-file of versions 5 to 7 is read", name_, what, at, within_));
  }

 private:
  static double value_of(std::uint64_t bits, const NumberType& type) {
    if (type.form == Form::kFloat) {
      return type.bytes == 8 ? std::bit_cast<double>(bits)
                             : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    }
    if (type.form == Form::kUnsigned) return static_cast<double>(bits);
    const auto unused = static_cast<int>(8 * (8 - type.bytes));
    return static_cast<double>(static_cast<std::int64_t>(bits << unused) >> unused);
  }

  void need(std::size_t count, std::size_t begin) const {
    if (bytes_.size() - begin >= count) return;
    bad_input(
        fmt::format("'{}' ends at byte {}{}, inside the element at byte {}", name_, bytes_.size(), within_, begin));
  }

  Bytes bytes_;
  std::size_t at_;
  bool big_endian_;
  std::string_view name_, within_;
};

// Nothing for an array that is passed over.
std::optional<MatArray> read_matrix(Elements parts) {
  const Element flags = parts.next(kUint32, "flags of an array");
  if (flags.content.size() != 8) parts.refuse(flags.at, "has flags of an array that are not 8 bytes");
  const auto word = static_cast<std::uint32_t>(parts.number(flags.content.first(4)));
  const std::uint32_t kind = word & 0xff;
  constexpr std::uint32_t kComplex = 0x0800;
  if (kind < kFirstNumeric || kind > kLastNumeric || (word & kComplex) != 0) return std::nullopt;

  MatArray array;
  const Element dimensions = parts.next(kInt32, "dimensions of an array");
  for (const double dimension : parts.values(dimensions)) {
    if (dimension < 0) parts.refuse(dimensions.at, "has a negative dimension");
    array.dimensions.push_back(static_cast<std::size_t>(dimension));
  }
  if (array.dimensions.size() < 2) parts.refuse(dimensions.at, "has an array of less than two dimensions");
  const Element name = parts.next(kInt8, "name of an array");
  array.name.assign(name.content.begin(), name.content.end());

  const bool empty = std::find(array.dimensions.begin(), array.dimensions.end(), 0) != array.dimensions.end();
  if (empty && parts.at_end()) return array;
  if (parts.at_end()) parts.refuse(name.at, "has an array without numbers");
  const Element numbers = parts.next();
  array.values = parts.values(numbers);
  std::size_t left = array.values.size();  // divided, as the product of the dimensions may not fit
  if (!empty) {
    for (const std::size_t dimension : array.dimensions) {
      if (left % dimension != 0) left = 0;
      left /= dimension;
    }
  }
  if (left != (empty ? 0 : 1)) {
    parts.refuse(numbers.at, fmt::format("has {} numbers, not as many as the dimensions say,", array.values.size()));
  }
  return array;
}

bool read_byte_order(Bytes file, std::string_view name) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const bool big_endian = text.size() >= kHeaderBytes && text.substr(126, 2) == "MI";
  const bool little_endian = text.size() >= kHeaderBytes && text.substr(126, 2) == "IM";
  if (text.starts_with("MATLAB 7.3") || text.substr(0, 4) == "\x89HDF") {
    bad_input(
        fmt::format("'{}' is a MAT-file of version 7.3; versions 5 to 7 are read, which MATLAB saves with -v7", name));
  }
  if (!big_endian && !little_endian) {
    bad_input(
        fmt::format("'{}' does not begin as a MAT-file of versions 5 to 7 does: 128 bytes, the last two of them IM "
                    "or MI",
                    name));
  }
  return big_endian;
}

void add_array(const Element& element, bool big_endian, std::string_view name, std::string_view within,
               std::vector<MatArray>& arrays) {
  if (element.type != kMatrix) return;
  const std::string inside = fmt::format(" of the array at byte {}{}", element.at, within);
  if (auto array = read_matrix({element.content, 0, big_endian, name, inside})) arrays.push_back(std::move(*array));
}

}  // namespace

std::vector<MatArray> read_mat(std::span<const std::uint8_t> file, std::string_view name) {
  const bool big_endian = read_byte_order(file, name);
  std::vector<MatArray> arrays;
  std::size_t bytes = 0;
  Elements elements(file, kHeaderBytes, big_endian, name, "");
  const auto count = [&](const Element& element, std::size_t more) {
    bytes += more;
    if (bytes > kMostBytes) elements.refuse(element.at, "has elements of more than 16 MiB together, with the one");
  };
  while (!elements.at_end()) {
    const Element element = elements.next();
    if (element.type != kCompressed) {
      count(element, element.content.size());
      add_array(element, big_endian, name, "", arrays);
      continue;
    }
    const Unpacked unpacked = inflate_start(element.content, Packing::kZlib, kMostBytes + 1, name);
    count(element, unpacked.bytes.size());
    if (!unpacked.whole) elements.refuse(element.at, "has a compressed element that is cut");
    const std::string within = fmt::format(" of what is unpacked from byte {}", element.at);
    Elements inner(unpacked.bytes, 0, big_endian, name, within);
    if (!inner.at_end()) add_array(inner.next(), big_endian, name, within, arrays);
  }
  return arrays;
}

}  // namespace crescendo
