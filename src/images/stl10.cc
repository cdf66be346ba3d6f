#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "crescendo/error.h"
#include "images/class_names.h"
#include "images/datasets.h"
#include "images/file_bytes.h"
#include "images/fingerprint.h"
#include "images/published.h"
#include "images/split.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr int kSidePx = 96, kChannels = 3;
constexpr std::size_t kPlaneBytes = std::size_t{kSidePx} * kSidePx, kPictureBytes = kChannels * kPlaneBytes;

constexpr std::string_view kArchive = "stl10_binary.tar.gz", kUsualFolder = "stl10_binary";  // which the archive makes
constexpr std::string_view kClassNames = "class_names.txt", kFolds = "fold_indices.txt";
constexpr std::array kFiles = {std::string_view("train_X.bin"),
                               std::string_view("train_y.bin"),
                               std::string_view("test_X.bin"),
                               std::string_view("test_y.bin"),
                               kClassNames,
                               kFolds};
constexpr std::string_view kOrigin =
    "STL-10 is at https://cs.stanford.edu/~acoates/stl10: unpack stl10_binary.tar.gz and give the folder stl10_binary";

std::vector<std::string_view> missing_files(const fs::path& folder) {
  std::vector<std::string_view> missing;
  for (const std::string_view file : kFiles) {
    if (!fs::is_regular_file(folder / file)) missing.push_back(file);
  }
  return missing;
}

// Two of the files tell it: others may have a class_names.txt.
bool tells(const fs::path& folder) {
  constexpr std::size_t kTelling = 2;
  return missing_files(folder).size() + kTelling <= kFiles.size();
}

bool is_stl10(const fs::path& root) {
  return tells(root) || tells(root / kUsualFolder) || fs::is_regular_file(root / kArchive);
}

// Relative to the root: the root itself, or the folder that the archive makes.
fs::path find_folder(const fs::path& root) {
  const fs::path folder = tells(root) ? fs::path() : tells(root / kUsualFolder) ? fs::path(kUsualFolder) : fs::path();
  const std::vector<std::string_view> missing = missing_files(root / folder);
  if (!missing.empty()) {
    bad_input(fmt::format("'{}' lacks {}; {}", (folder.empty() ? root : root / folder).string(),
                          fmt::join(missing, ", "), kOrigin));
  }
  return folder;
}

// A file of pictures one after the other, each its planes of red, green and blue, each plane column by column. Opening
// it asks the system for its size alone. Thread-safe.
class PictureStore {
 public:
  PictureStore(const fs::path& root, const fs::path& name)
      : path_(root / name), name_(name.string()), stamp_(file_stamp(path_)) {
    if (stamp_.size_bytes == 0 || stamp_.size_bytes % kPictureBytes != 0) refuse_cut(stamp_.size_bytes, size());
  }

  const std::string& name() const { return name_; }
  StampedFile stamped() const { return {name_, stamp_}; }
  std::size_t size() const { return stamp_.size_bytes / kPictureBytes; }

  /// Read anew each time: a set of 360 MB need not stay in memory beside the pictures made of it.
  Picture picture(std::size_t index) const {
    const auto bytes = read_bytes_at(path_, index * kPictureBytes, kPictureBytes);
    if (bytes.size() < kPictureBytes) refuse_cut(file_stamp(path_).size_bytes, index);
    Picture picture{kSidePx, kSidePx, kChannels, std::vector<std::uint8_t>(kPictureBytes)};
    for (std::size_t y = 0; y < kSidePx; ++y) {
      for (std::size_t x = 0; x < kSidePx; ++x) {
        for (std::size_t c = 0; c < kChannels; ++c) {
          picture.pixels[(y * kSidePx + x) * kChannels + c] = bytes[c * kPlaneBytes + x * kSidePx + y];
        }
      }
    }
    return picture;
  }

 private:
  [[noreturn]] void refuse_cut(std::uint64_t size_bytes, std::size_t picture) const {
    bad_input(fmt::format("'{}' ends at byte {}, before the end of picture {}; a picture of STL-10 has {} bytes", name_,
                          size_bytes, picture, kPictureBytes));
  }

  fs::path path_;
  std::string name_;  // relative to the root
  FileStamp stamp_;
};

// The class of each picture, from 0; in the file they count from 1.
std::vector<int> read_labels(const fs::path& root, const fs::path& name, std::size_t classes,
                             const PictureStore& pictures) {
  std::vector<int> labels;
  for (const std::uint8_t label : read_bytes(root / name)) {
    if (label < 1 || label > classes) {
      bad_input(fmt::format("'{}' has label {} at byte {}; the {} classes of {} have labels 1 to {}", name.string(),
                            label, labels.size(), classes, kClassNames, classes));
    }
    labels.push_back(label - 1);
  }
  if (labels.size() != pictures.size()) {
    bad_input(fmt::format("'{}' has {} labels, but '{}' has {} pictures; each has one", name.string(), labels.size(),
                          pictures.name(), pictures.size()));
  }
  return labels;
}

using Fold = std::vector<std::size_t>;

Fold read_fold(const std::string& line, const std::string& where, std::size_t pictures) {
  Fold fold;
  std::set<std::size_t> seen;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    std::size_t index = 0;
    const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), index);
    if (wrong != std::errc() || end != word.data() + word.size() || index >= pictures) {
      bad_input(fmt::format("{} names picture '{}'; the {} training pictures are 0 to {}", where, word, pictures,
                            pictures - 1));
    }
    if (!seen.insert(index).second) {
      bad_input(fmt::format("{} names picture {} twice; a fold has a picture once", where, index));
    }
    fold.push_back(index);
  }
  if (fold.empty()) bad_input(fmt::format("{} is empty; a line names the pictures of a fold", where));
  return fold;
}

// A fold a line; empty lines at the end are none.
std::vector<Fold> read_folds(const fs::path& file, const std::string& name, std::size_t pictures) {
  std::string text = read_file(file);
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  std::vector<Fold> folds;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    folds.push_back(read_fold(line, fmt::format("'{}' line {}", name, folds.size() + 1), pictures));
  }
  if (folds.empty()) bad_input(fmt::format("'{}' is empty; a line names the pictures of a fold", name));
  return folds;
}

class Stl10DataSet final : public DataSet {
 public:
  Stl10DataSet(const fs::path& root, const DataOptions& options) : Stl10DataSet(root, find_folder(root), options) {}

  Picture decode(std::size_t index, int, Fit) const override {
    const Place& place = places_.at(index);
    return (place.from_test ? test_ : training_).picture(place.index);
  }

 private:
  struct Place {
    bool from_test;
    std::size_t index;
  };

  Stl10DataSet(const fs::path& root, const fs::path& folder, const DataOptions& options)
      : training_(root, folder / "train_X.bin"), test_(root, folder / "test_X.bin") {
    classes_ = read_class_names(root / folder / kClassNames, (folder / kClassNames).string());
    std::vector<int> labels = read_labels(root, folder / "train_y.bin", classes_.size(), training_);
    const std::vector<int> more = read_labels(root, folder / "test_y.bin", classes_.size(), test_);
    labels.insert(labels.end(), more.begin(), more.end());

    const std::string folds_name = (folder / kFolds).string();
    const std::vector<Fold> folds = read_folds(root / folder / kFolds, folds_name, training_.size());
    const auto chosen = static_cast<std::size_t>(options.fold);
    if (chosen >= folds.size()) {
      bad_input(fmt::format("there is no fold {}; '{}' has 0 to {}", chosen, folds_name, folds.size() - 1));
    }
    std::vector<Listed> listed(training_.size(), Listed::kValidation);
    for (const std::size_t index : folds[chosen]) listed[index] = Listed::kTraining;
    listed.resize(labels.size(), Listed::kTest);
    const auto parts = split_pictures(labels, listed, {.training = true, .validation = true, .test = true}, options);
    set_entries(labels, parts);

    median_shorter_side_px_ = kSidePx;
    mostly_colour_ = true;
    std::vector<StampedFile> stamped;
    for (const std::string_view file : kFiles) {
      const fs::path name = folder / file;
      stamped.push_back({name.string(), file_stamp(root / name)});
    }
    fingerprint_ = fingerprint_of("stl10", stamped, classes_, labels, parts);
    const Counted counts[] = {{"pictures to search with", training_.size(), 5000},
                              {"to test on", test_.size(), 8000},
                              {"classes", classes_.size(), 10},
                              {"folds", folds.size(), 10},
                              {"pictures in the fold", folds[chosen].size(), 1000}};
    remark_ = remark_on("STL-10", counts);
  }

  void set_entries(const std::vector<int>& labels, const std::vector<std::optional<Part>>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i]) continue;
      const bool from_test = i >= training_.size();
      const std::size_t index = from_test ? i - training_.size() : i;
      places_.push_back({from_test, index});
      const PictureStore& store = from_test ? test_ : training_;
      entries_.push_back({fmt::format("{}[{}]", store.name(), index), labels[i], *parts[i]});
    }
  }

  PictureStore training_, test_;
  std::vector<Place> places_;  // by entry
};

}  // namespace

DataSetEntry stl10_data_set() {
  return {"stl10",
          "the binary files of STL-10: train_X.bin and so on, with fold_indices.txt",
          "Coates, Lee, Ng 2011, \"An Analysis of Single Layer Networks in Unsupervised Feature Learning\", and the "
          "data set's page",
          is_stl10,
          [](const fs::path& root, const DataOptions& options) -> std::unique_ptr<DataSet> {
            return std::make_unique<Stl10DataSet>(root, options);
          },
          kOrigin,
          {"fold"}};
}

}  // namespace crescendo
