#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "images/datasets.h"
#include "images/file_bytes.h"
#include "images/find_pictures.h"
#include "images/hash.h"
#include "images/part_lists.h"
#include "images/picture_file.h"
#include "images/split.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderSample = 500;
constexpr std::uint64_t kHeaderStream = 0x686561646572;  // "header"

std::string lower_case(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

std::vector<std::string> class_folders(const fs::path& root) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    if (entry.is_directory() && !is_hidden(entry.path())) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Searching class folders in depth would take root/train/cat/1.jpg for a picture of the class 'train'.
void refuse_part_folders(const std::vector<std::string>& folders, const fs::path& root) {
  const std::set<std::string_view> kParts = {"train", "training", "val", "valid", "validation", "test", "testing"};
  if (folders.size() < 2) return;
  for (const std::string& folder : folders) {
    if (!kParts.contains(lower_case(folder))) return;
  }
  bad_input(
      fmt::format("'{}' has a folder per part ('{}', '{}'); give one folder per class, and the parts in train.txt, "
                  "validation.txt and test.txt",
                  root.string(), folders[0], folders[1]));
}

struct FoundPictures {
  std::vector<std::string> names;
  std::vector<int> labels;
};

FoundPictures find_labelled(const fs::path& root, const std::vector<std::string>& classes) {
  FoundPictures found;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::vector<std::string> names = find_pictures(root / classes[label]);
    if (names.empty()) {
      bad_input(fmt::format("class folder '{}' of '{}' has no picture; JPEG and PNG files are read", classes[label],
                            root.string()));
    }
    for (std::string& name : names) found.names.push_back(classes[label] + '/' + std::move(name));
    found.labels.resize(found.names.size(), static_cast<int>(label));
  }
  return found;
}

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

class FolderDataSet final : public DataSet {
 public:
  FolderDataSet(const fs::path& root, const DataOptions& options) : root_(root) {
    classes_ = class_folders(root);
    refuse_part_folders(classes_, root);
    const FoundPictures found = find_labelled(root, classes_);
    const PartLists lists = read_part_lists(root, found.names);
    const auto parts = split_pictures(found.labels, lists.listed, lists.given, options);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i]) entries_.push_back({found.names[i], found.labels[i], *parts[i]});
    }
    set_fingerprint(found, parts);
    measure_training_pictures(options.seed);
  }

  Picture decode(std::size_t index, int wanted_side_px, Fit fit) const override {
    const std::string& name = entries_.at(index).name;
    return decode_picture(read_bytes(root_ / name), wanted_side_px, fit, name);
  }

 private:
  void set_fingerprint(const FoundPictures& found, const std::vector<std::optional<Part>>& parts) {
    Hash hash;
    hash.add(std::string_view("folder"));
    for (const std::string& name : classes_) hash.add(name);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const FileStamp stamp = file_stamp(root_ / found.names[i]);
      hash.add(found.names[i]);
      hash.add(stamp.size_bytes);
      hash.add(stamp.modified_ns);
      hash.add(parts[i] ? static_cast<std::uint64_t>(*parts[i]) : 99);
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

DataSetEntry folder_data_set() {
  return {"folder", "a folder per class with JPEG and PNG files", "docs/data.md",
          [](const fs::path& root) { return !class_folders(root).empty(); },
          [](const fs::path& root, const DataOptions& options) -> std::unique_ptr<DataSet> {
            return std::make_unique<FolderDataSet>(root, options);
          }};
}

}  // namespace crescendo
