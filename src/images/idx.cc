#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crescendo/error.h"
#include "images/class_names.h"
#include "images/datasets.h"
#include "images/file_bytes.h"
#include "images/fingerprint.h"
#include "images/idx_format.h"
#include "images/picture_file.h"
#include "images/split.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPictureDimensions = 3, kLabelDimensions = 1;

// `stem` is such as "train-images", `kind` such as "idx3-ubyte".
std::optional<fs::path> find_file(const fs::path& root, std::string_view stem, std::string_view kind) {
  for (const std::string_view between : {"-", "."}) {
    for (const std::string_view packed : {"", ".gz"}) {
      const fs::path file = root / fmt::format("{}{}{}{}", stem, between, kind, packed);
      if (fs::is_regular_file(file)) return file;
    }
  }
  return std::nullopt;
}

struct IdxFiles {
  std::optional<fs::path> pictures, labels;

  IdxFiles(const fs::path& root, std::string_view part)
      : pictures(find_file(root, fmt::format("{}-images", part), "idx3-ubyte")),
        labels(find_file(root, fmt::format("{}-labels", part), "idx1-ubyte")) {}

  void need(std::string_view part, const fs::path& root) const {
    if (pictures && labels) return;
    bad_input(fmt::format("'{}' has no {}-{}-ubyte; it stands beside the {}, plain or as .gz", root.string(), part,
                          pictures ? "labels-idx1" : "images-idx3", pictures ? "pictures" : "labels"));
  }
};

std::string name_of(const fs::path& file) { return file.filename().string(); }

// The pictures of one file, which is not touched before the first is asked for. Thread-safe.
class PictureStore {
 public:
  PictureStore(fs::path file, std::size_t count) : file_(std::move(file)), count_(count) {}

  const fs::path& file() const { return file_; }

  Picture picture(std::size_t index) const {
    std::call_once(read_, [this] { read(); });
    if (failure_) throw *failure_;
    const int height = static_cast<int>(array_.dimensions[1]), width = static_cast<int>(array_.dimensions[2]);
    const std::size_t size = array_.dimensions[1] * array_.dimensions[2];
    const auto pixels = array_.values().subspan(index * size, size);
    return {width, height, 1, {pixels.begin(), pixels.end()}};
  }

  /// [count][height][width] from the header alone.
  std::vector<std::size_t> dimensions() const {
    constexpr std::size_t kFirstBytes = 64 * 1024;
    auto dimensions = read_idx_dimensions(read_bytes(file_, kFirstBytes), kPictureDimensions, name_of(file_));
    check_dimensions(dimensions);
    return dimensions;
  }

 private:
  // What is wrong with the file is kept: every picture of it fails for the same reason, without reading it again.
  void read() const {
    try {
      array_ = read_idx(read_bytes(file_), kPictureDimensions, name_of(file_));
      check_dimensions(array_.dimensions);
    } catch (const Error& broken) {
      failure_ = broken;
    }
  }

  void check_dimensions(const std::vector<std::size_t>& dimensions) const {
    if (dimensions[0] != count_) {
      bad_input(fmt::format("'{}' promises {} pictures at byte 4, but there are {} labels", name_of(file_),
                            dimensions[0], count_));
    }
    check_picture_size(static_cast<std::int64_t>(dimensions[2]), static_cast<std::int64_t>(dimensions[1]),
                       name_of(file_));
  }

  fs::path file_;
  std::size_t count_;
  mutable std::once_flag read_;
  mutable std::optional<Error> failure_;
  mutable IdxArray array_;
};

std::vector<std::uint8_t> read_labels(const fs::path& file) {
  const IdxArray array = read_idx(read_bytes(file), kLabelDimensions, name_of(file));
  return {array.values().begin(), array.values().end()};
}

class IdxDataSet final : public DataSet {
 public:
  IdxDataSet(const fs::path& root, const DataOptions& options) {
    const IdxFiles training(root, "train"), test(root, "t10k");
    training.need("train", root);
    const bool test_given = test.pictures || test.labels;
    if (test_given) test.need("t10k", root);

    const std::vector<std::uint8_t> training_labels = read_labels(*training.labels);
    training_.emplace(*training.pictures, training_labels.size());
    set_classes(root, training_labels, name_of(*training.labels));
    std::vector<int> labels = class_indices(training_labels, name_of(*training.labels));
    std::vector<Listed> listed(labels.size(), Listed::kNowhere);
    if (test_given) {
      const std::vector<std::uint8_t> test_labels = read_labels(*test.labels);
      test_.emplace(*test.pictures, test_labels.size());
      const std::vector<int> more = class_indices(test_labels, name_of(*test.labels));
      labels.insert(labels.end(), more.begin(), more.end());
      listed.resize(labels.size(), Listed::kTest);
    }

    const auto parts = split_pictures(labels, listed, {.test = test_given}, options);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i]) continue;
      const bool from_test = i >= training_labels.size();
      const std::size_t place = from_test ? i - training_labels.size() : i;
      places_.push_back({from_test, place});
      const PictureStore& store = from_test ? *test_ : *training_;
      entries_.push_back({fmt::format("{}[{}]", name_of(store.file()), place), labels[i], *parts[i]});
    }

    const std::vector<std::size_t> dimensions = training_->dimensions();
    median_shorter_side_px_ = static_cast<int>(std::min(dimensions[1], dimensions[2]));
    mostly_colour_ = false;
    std::vector<StampedFile> stamped;
    for (const auto* file : {&training.pictures, &training.labels, &test.pictures, &test.labels}) {
      if (*file) stamped.push_back({name_of(**file), file_stamp(**file)});
    }
    fingerprint_ = fingerprint_of("idx", stamped, classes_, labels, parts);
  }

  Picture decode(std::size_t index, int, Fit) const override {
    const Place& place = places_.at(index);
    return (place.from_test ? test_ : training_)->picture(place.index);
  }

 private:
  struct Place {
    bool from_test;
    std::size_t index;
  };

  // A class for each label that occurs, so that letters counted from 1 do not make an empty class 0.
  void set_classes(const fs::path& root, const std::vector<std::uint8_t>& labels, const std::string& file) {
    const fs::path file_of_names = root / "classes.txt";
    const std::vector<std::string> names = fs::exists(file_of_names)
                                               ? read_class_names(file_of_names, name_of(file_of_names))
                                               : std::vector<std::string>();
    constexpr std::size_t kHeaderBytes = 8;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (!names.empty() && labels[i] >= names.size()) {
        bad_input(fmt::format("'{}' has label {} at byte {}, but classes.txt names only {} classes", file, labels[i],
                              kHeaderBytes + i, names.size()));
      }
      class_of_label_.emplace(labels[i], 0);
    }
    for (auto& [label, index] : class_of_label_) {
      index = static_cast<int>(classes_.size());
      classes_.push_back(names.empty() ? std::to_string(label) : names[label]);
    }
  }

  std::vector<int> class_indices(const std::vector<std::uint8_t>& labels, const std::string& file) const {
    constexpr std::size_t kHeaderBytes = 8;
    std::vector<int> indices;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto found = class_of_label_.find(labels[i]);
      if (found == class_of_label_.end()) {
        bad_input(fmt::format("'{}' has label {} at byte {}, which no training picture has", file, labels[i],
                              kHeaderBytes + i));
      }
      indices.push_back(found->second);
    }
    return indices;
  }

  std::map<int, int> class_of_label_;
  std::optional<PictureStore> training_, test_;
  std::vector<Place> places_;  // by entry
};

bool has_idx_files(const fs::path& root) {
  for (const std::string_view part : {"train", "t10k"}) {
    const IdxFiles files(root, part);
    if (files.pictures || files.labels) return true;
  }
  return false;
}

}  // namespace

DataSetEntry idx_data_set() {
  return {"idx", "the four files of MNIST, train-images-idx3-ubyte and so on, plain or .gz",
          "LeCun, Cortes, Burges 1998, \"The MNIST database of handwritten digits\", section FILE FORMATS",
          has_idx_files, [](const fs::path& root, const DataOptions& options) -> std::unique_ptr<DataSet> {
            return std::make_unique<IdxDataSet>(root, options);
          }};
}

}  // namespace crescendo
