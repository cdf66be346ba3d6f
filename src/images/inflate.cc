#include "images/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "crescendo/error.h"

namespace crescendo {
namespace {

class Inflater {
 public:
  Inflater(std::span<const std::uint8_t> packed, Packing packing, std::string_view name)
      : packed_(packed), packing_(packing), name_(name) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    check(inflateInit2(&stream_, packing == Packing::kGzip ? kGzipOnly : MAX_WBITS) == Z_OK, "zlib starts");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Unpacked unpack(std::size_t limit) {
    Unpacked unpacked;
    constexpr std::size_t kFirst = 64 * 1024, kLargest = std::size_t{1} << 30;  // zlib counts in 32 bits
    std::size_t done = 0;
    for (int state = Z_OK; state == Z_OK && done < limit;) {
      unpacked.bytes.resize(std::min(limit, done + std::clamp(done, kFirst, kLargest)));
      const std::size_t room = unpacked.bytes.size() - done;
      const std::size_t given = std::min(packed_.size(), kLargest);
      stream_.next_in = const_cast<Bytef*>(packed_.data());  // zlib without ZLIB_CONST takes no pointer to const
      stream_.avail_in = static_cast<uInt>(given);
      stream_.next_out = unpacked.bytes.data() + done;
      stream_.avail_out = static_cast<uInt>(room);
      state = inflate(&stream_, Z_NO_FLUSH);
      done += room - stream_.avail_out;
      packed_ = packed_.subspan(given - stream_.avail_in);
      if (state == Z_BUF_ERROR && stream_.avail_in == 0) break;  // the stream ends too early
      if (state != Z_OK && state != Z_STREAM_END) {
        bad_input(fmt::format("'{}' is not a sound {}: {} after {} unpacked bytes", name_,
                              packing_ == Packing::kGzip ? "gzip file" : "zlib stream",
                              stream_.msg != nullptr ? stream_.msg : "damaged", done));
      }
      unpacked.whole = state == Z_STREAM_END;
      if (state == Z_OK && packed_.empty()) break;
    }
    unpacked.bytes.resize(done);
    return unpacked;
  }

 private:
  std::span<const std::uint8_t> packed_;  // what is left of it
  Packing packing_;
  std::string_view name_;
  z_stream stream_{};
};

}  // namespace

Unpacked inflate_start(std::span<const std::uint8_t> packed, Packing packing, std::size_t limit,
                       std::string_view name) {
  return Inflater(packed, packing, name).unpack(limit);
}

}  // namespace crescendo
