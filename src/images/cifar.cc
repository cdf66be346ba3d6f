#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "crescendo/error.h"
#include "images/class_names.h"
#include "images/datasets.h"
#include "images/file_bytes.h"
#include "images/fingerprint.h"
#include "images/split.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr int kSidePx = 32, kChannels = 3;
constexpr std::size_t kPlaneBytes = std::size_t{kSidePx} * kSidePx, kPixelBytes = kChannels * kPlaneBytes;

// One of the two sets that are published in the binary format.
struct Kind {
  std::string_view name;
  std::string_view usual_folder;  // that its archive makes
  std::vector<std::string_view> training;
  std::string_view test, class_names;
  std::size_t label_bytes;  // of a record, before its pixels; the last is the class

  std::size_t record_bytes() const { return label_bytes + kPixelBytes; }

  std::vector<std::string_view> files() const {
    std::vector<std::string_view> all = training;
    all.insert(all.end(), {test, class_names});
    return all;
  }
};

std::vector<Kind> kinds() {
  return {
      {"CIFAR-10",
       "cifar-10-batches-bin",
       {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
       "test_batch.bin",
       "batches.meta.txt",
       1},
      {"CIFAR-100", "cifar-100-binary", {"train.bin"}, "test.bin", "fine_label_names.txt", 2},  // coarse, then fine
  };
}

struct Found {
  Kind kind;
  fs::path folder;  // relative to the root
};

std::vector<std::string_view> missing_files(const fs::path& folder, const Kind& kind) {
  std::vector<std::string_view> missing;
  for (const std::string_view file : kind.files()) {
    if (!fs::is_regular_file(folder / file)) missing.push_back(file);
  }
  return missing;
}

// Two files of a kind tell it: a single train.bin may be anybody's.
std::vector<Found> find_sets(const fs::path& root) {
  constexpr std::size_t kTelling = 2;
  std::vector<Found> found;
  for (const Kind& kind : kinds()) {
    for (const std::string_view folder : {std::string_view(), kind.usual_folder}) {
      const std::size_t missing = missing_files(root / folder, kind).size();
      if (missing + kTelling <= kind.files().size()) found.push_back({kind, folder});
    }
  }
  return found;
}

Found find_whole_set(const fs::path& root) {
  const std::vector<Found> found = find_sets(root);
  check(!found.empty(), "only a folder with such files is opened");
  if (found.size() > 1) {
    bad_input(fmt::format("'{}' holds files of {} and of {}; give the folder of one of them", root.string(),
                          (found[0].folder / found[0].kind.training[0]).string(),
                          (found[1].folder / found[1].kind.training[0]).string()));
  }
  const auto& [kind, folder] = found.front();
  const std::vector<std::string_view> missing = missing_files(root / folder, kind);
  if (!missing.empty()) {
    bad_input(fmt::format("'{}' lacks {}; the binary version of {} is {}",
                          (folder.empty() ? root : root / folder).string(), fmt::join(missing, ", "), kind.name,
                          fmt::join(kind.files(), ", ")));
  }
  return found.front();
}

// A file of records, each its label bytes and the pixels as planes of red, green and blue. Opening it asks the system
// for its size alone. Thread-safe.
class RecordFile {
 public:
  RecordFile(const fs::path& root, const fs::path& name, const Kind& kind)
      : path_(root / name), name_(name.string()), kind_(kind), stamp_(file_stamp(path_)) {
    if (stamp_.size_bytes == 0 || stamp_.size_bytes % kind_.record_bytes() != 0) {
      refuse_cut(stamp_.size_bytes, stamp_.size_bytes / kind_.record_bytes());
    }
  }

  const std::string& name() const { return name_; }
  const FileStamp& stamp() const { return stamp_; }
  std::size_t size() const { return stamp_.size_bytes / kind_.record_bytes(); }

  /// The class of each record, below `classes`. Reads no pixel.
  std::vector<int> labels(std::size_t classes) const {
    const std::vector<std::uint8_t> labels = read_every(path_, label_offset(0), kind_.record_bytes(), size());
    if (labels.size() < size()) refuse_cut(file_stamp(path_).size_bytes, labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] < classes) continue;
      bad_input(fmt::format("'{}' has label {} at byte {}, but {} names only {} classes", name_, labels[i],
                            label_offset(i), kind_.class_names, classes));
    }
    return {labels.begin(), labels.end()};
  }

  /// Read anew each time: a set of 180 MB need not stay in memory beside the pictures made of it.
  Picture picture(std::size_t index) const {
    const auto record = read_bytes_at(path_, index * kind_.record_bytes(), kind_.record_bytes());
    if (record.size() < kind_.record_bytes()) refuse_cut(file_stamp(path_).size_bytes, index);
    Picture picture{kSidePx, kSidePx, kChannels, std::vector<std::uint8_t>(kPixelBytes)};
    const std::uint8_t* planes = record.data() + kind_.label_bytes;
    for (std::size_t i = 0; i < kPlaneBytes; ++i) {
      for (std::size_t c = 0; c < kChannels; ++c) picture.pixels[i * kChannels + c] = planes[c * kPlaneBytes + i];
    }
    return picture;
  }

 private:
  std::size_t label_offset(std::size_t index) const { return index * kind_.record_bytes() + kind_.label_bytes - 1; }

  [[noreturn]] void refuse_cut(std::uint64_t size_bytes, std::size_t record) const {
    bad_input(
        fmt::format("'{}' ends at byte {}, before the end of record {}; a record of {} has {} bytes, {} of them "
                    "before the pixels",
                    name_, size_bytes, record, kind_.name, kind_.record_bytes(), kind_.label_bytes));
  }

  fs::path path_;
  std::string name_;  // relative to the root
  Kind kind_;
  FileStamp stamp_;
};

class CifarDataSet final : public DataSet {
 public:
  CifarDataSet(const fs::path& root, const DataOptions& options) {
    const auto [kind, folder] = find_whole_set(root);
    const fs::path names = folder / kind.class_names;
    classes_ = read_class_names(root / names, names.string());
    for (const std::string_view file : kind.training) files_.emplace_back(root, folder / file, kind);
    files_.emplace_back(root, folder / kind.test, kind);

    std::vector<int> labels;
    std::vector<Listed> listed;
    std::vector<Place> places;
    for (const RecordFile& file : files_) {
      const std::vector<int> more = file.labels(classes_.size());
      labels.insert(labels.end(), more.begin(), more.end());
      listed.resize(labels.size(), &file == &files_.back() ? Listed::kTest : Listed::kNowhere);
      for (std::size_t i = 0; i < more.size(); ++i) places.push_back({&file - files_.data(), i});
    }

    const auto parts = split_pictures(labels, listed, {.test = true}, options);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i]) continue;
      places_.push_back(places[i]);
      entries_.push_back(
          {fmt::format("{}[{}]", files_[places[i].file].name(), places[i].record), labels[i], *parts[i]});
    }
    median_shorter_side_px_ = kSidePx;
    mostly_colour_ = true;
    std::vector<StampedFile> stamped;
    for (const RecordFile& file : files_) stamped.push_back({file.name(), file.stamp()});
    fingerprint_ = fingerprint_of("cifar", stamped, classes_, labels, parts);
  }

  Picture decode(std::size_t index, int, Fit) const override {
    const Place& place = places_.at(index);
    return files_[place.file].picture(place.record);
  }

 private:
  struct Place {
    std::ptrdiff_t file;  // index into files_
    std::size_t record;
  };

  std::vector<RecordFile> files_;  // the test file last
  std::vector<Place> places_;      // by entry
};

}  // namespace

DataSetEntry cifar_data_set() {
  return {"cifar", "the binary version of CIFAR-10 or CIFAR-100: data_batch_1.bin and so on, or train.bin and test.bin",
          "Krizhevsky 2009, \"Learning Multiple Layers of Features from Tiny Images\", and its page's section Binary "
          "version",
          [](const fs::path& root) { return !find_sets(root).empty(); },
          [](const fs::path& root, const DataOptions& options) -> std::unique_ptr<DataSet> {
            return std::make_unique<CifarDataSet>(root, options);
          }};
}

}  // namespace crescendo
