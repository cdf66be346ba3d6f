#include "images/picture_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "images/file_bytes.h"
#include "images/picture_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderSample = 500;
constexpr std::uint64_t kHeaderStream = 0x686561646572;  // "header"

PictureHeader header_of(const fs::path& file, const std::string& name) {
  // Enough for the header of nearly every file, a phone's with its preview picture included.
  constexpr std::size_t kFirstBytes = 128 * 1024;
  const std::vector<std::uint8_t> start = read_bytes(file, kFirstBytes);
  if (start.size() < kFirstBytes) return read_picture_header(start, name);
  try {
    return read_picture_header(start, name);
  } catch (const Error&) {
    return read_picture_header(read_bytes(file), name);
  }
}

class PictureFiles final : public DataSet {
 public:
  PictureFiles(const fs::path& root, std::vector<std::string> classes, const FoundPictures& found, Hash hash,
               std::uint64_t seed, std::string remark)
      : root_(root) {
    classes_ = std::move(classes);
    remark_ = std::move(remark);
    for (std::size_t i = 0; i < found.names.size(); ++i) {
      if (found.parts[i]) entries_.push_back({found.names[i], found.labels[i], *found.parts[i]});
    }
    set_fingerprint(found, hash);
    measure_training_pictures(seed);
  }

  Picture decode(std::size_t index, int wanted_side_px, Fit fit) const override {
    const std::string& name = entries_.at(index).name;
    return decode_picture(read_bytes(root_ / name), wanted_side_px, fit, name);
  }

 private:
  void set_fingerprint(const FoundPictures& found, Hash hash) {
    for (const std::string& name : classes_) hash.add(name);
    for (std::size_t i = 0; i < found.parts.size(); ++i) {
      const FileStamp stamp = file_stamp(root_ / found.names[i]);
      hash.add(found.names[i]);
      hash.add(stamp.size_bytes);
      hash.add(stamp.modified_ns);
      hash.add(found.parts[i] ? static_cast<std::uint64_t>(*found.parts[i]) : 99);
    }
    fingerprint_ = hash.value();
  }

  void measure_training_pictures(std::uint64_t seed) {
    std::vector<std::size_t> sample;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].part == Part::kTraining) sample.push_back(i);
    }
    Rng(seed, {kHeaderStream}).shuffle(std::span(sample));
    sample.resize(std::min(sample.size(), kHeaderSample));

    std::vector<int> sides_px;
    std::size_t coloured = 0;
    std::string first_reason;
    for (const std::size_t index : sample) {
      const std::string& name = entries_[index].name;
      try {
        const PictureHeader header = header_of(root_ / name, name);
        sides_px.push_back(std::min(header.width_px, header.height_px));
        coloured += header.channels == 3 ? 1 : 0;
      } catch (const Error& broken) {
        if (broken.kind() != ErrorKind::kBadInput) throw;
        if (first_reason.empty()) first_reason = broken.what();  // loading it will report it
      }
    }
    if (sides_px.empty()) {
      if (first_reason.empty()) return;  // no training picture at all: open_data_set says it better
      bad_input(fmt::format("no training picture of '{}' can be read: {}", root_.string(), first_reason));
    }
    std::nth_element(sides_px.begin(), sides_px.begin() + sides_px.size() / 2, sides_px.end());
    median_shorter_side_px_ = sides_px[sides_px.size() / 2];
    mostly_colour_ = 2 * coloured > sides_px.size();
  }

  fs::path root_;
};

}  // namespace

std::unique_ptr<DataSet> picture_files(const fs::path& root, std::vector<std::string> classes,
                                       const FoundPictures& found, Hash hash, std::uint64_t seed, std::string remark) {
  check(found.names.size() == found.labels.size() && found.names.size() == found.parts.size(),
        "each picture has a name, a label and a part or none");
  return std::make_unique<PictureFiles>(root, std::move(classes), found, hash, seed, std::move(remark));
}

}  // namespace crescendo
