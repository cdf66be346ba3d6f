#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crescendo/error.h"
#include "images/class_names.h"
#include "images/datasets.h"
#include "images/file_bytes.h"
#include "images/hash.h"
#include "images/mat_file.h"
#include "images/picture_files.h"
#include "images/published.h"
#include "images/split.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLabels = "imagelabels.mat", kLists = "setid.mat", kArchive = "102flowers.tgz";
constexpr int kMostPictures = 99'999;  // that a name of five digits can count
constexpr std::string_view kOrigin =
    "102 Flowers is at https://www.robots.ox.ac.uk/~vgg/data/flowers/102: put imagelabels.mat and setid.mat into one "
    "folder, unpack 102flowers.tgz there, which makes jpg, and give that folder";

std::string picture_name(int number) { return fmt::format("jpg/image_{:05}.jpg", number); }

bool is_flowers(const fs::path& root) {
  for (const auto& file : {fs::path(kLabels), fs::path(kLists), fs::path(kArchive), fs::path(picture_name(1))}) {
    if (fs::is_regular_file(root / file)) return true;
  }
  return false;
}

void need_files(const fs::path& root) {
  std::vector<std::string_view> missing;
  for (const std::string_view file : {kLabels, kLists}) {
    if (!fs::is_regular_file(root / file)) missing.push_back(file);
  }
  if (!fs::is_directory(root / "jpg")) missing.push_back("jpg");
  if (missing.empty()) return;
  bad_input(fmt::format("'{}' lacks {}; {}", root.string(), fmt::join(missing, ", "), kOrigin));
}

/// The whole numbers from 1 to `largest` of one array of a MAT-file.
std::vector<int> whole_numbers(const std::vector<MatArray>& arrays, std::string_view file, std::string_view array,
                               int largest) {
  const auto found = std::find_if(arrays.begin(), arrays.end(), [&](const MatArray& one) { return one.name == array; });
  if (found == arrays.end()) {
    std::vector<std::string> names;
    for (const MatArray& one : arrays) names.push_back(one.name);
    bad_input(fmt::format("'{}' has no array of numbers called {}; there are: {}", file, array,
                          names.empty() ? "none" : fmt::format("{}", fmt::join(names, " "))));
  }
  if (found->values.empty()) bad_input(fmt::format("'{}' has no number in {}; it needs at least one", file, array));
  std::vector<int> numbers;
  for (const double value : found->values) {
    if (!(value >= 1 && value <= largest) || std::floor(value) != value) {
      bad_input(fmt::format("'{}' has {} in {}, number {}; whole numbers from 1 to {} are possible", file, value, array,
                            numbers.size() + 1, largest));
    }
    numbers.push_back(static_cast<int>(value));
  }
  return numbers;
}

// The numbers of the pictures of each part, from 1.
struct List {
  std::string_view array, what;
  Listed listed;
  std::size_t published;
  std::vector<int> pictures = {};
};

std::array<List, 3> read_lists(const fs::path& root, int pictures) {
  std::array lists = {List{"trnid", "pictures in trnid", Listed::kTraining, 1020},
                      List{"valid", "pictures in valid", Listed::kValidation, 1020},
                      List{"tstid", "pictures in tstid", Listed::kTest, 6149}};
  const std::vector<MatArray> arrays = read_mat(read_bytes(root / kLists), kLists);
  std::map<int, std::string_view> named;
  for (List& list : lists) {
    list.pictures = whole_numbers(arrays, kLists, list.array, pictures);
    for (const int picture : list.pictures) {
      const auto [before, is_new] = named.emplace(picture, list.array);
      if (is_new) continue;
      bad_input(fmt::format("'{}' names picture {} in {} and in {}; a picture belongs to one list, once", kLists,
                            picture, before->second, list.array));
    }
  }
  return lists;
}

void need_pictures(const fs::path& root, const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (!fs::is_regular_file(root / name)) missing.push_back(name);
  }
  if (missing.empty()) return;
  bad_input(fmt::format("'{}' lacks {}{}, which {} names; unpack 102flowers.tgz there", root.string(), missing.front(),
                        missing.size() > 1 ? fmt::format(" and {} more pictures", missing.size() - 1) : "", kLists));
}

// Names by label, where a file gives them: that of label 1 in its first line.
std::string class_name(const std::vector<std::string>& names, int label) {
  if (names.empty()) return std::to_string(label);
  if (static_cast<std::size_t>(label) > names.size()) {
    bad_input(fmt::format("'{}' has label {}, but classes.txt names only {} classes", kLabels, label, names.size()));
  }
  return names[static_cast<std::size_t>(label) - 1];
}

// Labels become classes, of which this gives the names.
std::vector<std::string> name_classes(const fs::path& root, std::span<int> labels) {
  const fs::path file = root / "classes.txt";
  const std::vector<std::string> names =
      fs::exists(file) ? read_class_names(file, "classes.txt") : std::vector<std::string>();
  std::vector<std::string> classes;
  for (const int label : number_labels(labels)) classes.push_back(class_name(names, label));
  return classes;
}

std::unique_ptr<DataSet> open_flowers(const fs::path& root, const DataOptions& options) {
  need_files(root);
  const std::vector<int> label_of =
      whole_numbers(read_mat(read_bytes(root / kLabels), kLabels), kLabels, "labels", kMostPictures);
  if (label_of.size() > kMostPictures) {
    bad_input(
        fmt::format("'{}' has {} labels; there are at most {} pictures", kLabels, label_of.size(), kMostPictures));
  }
  const std::array<List, 3> lists = read_lists(root, static_cast<int>(label_of.size()));

  std::vector<std::pair<int, Listed>> used;
  for (const List& list : lists) {
    for (const int picture : list.pictures) used.emplace_back(picture, list.listed);
  }
  std::sort(used.begin(), used.end());

  FoundPictures found;
  std::vector<Listed> listed;
  for (const auto& [picture, part] : used) {
    found.names.push_back(picture_name(picture));
    found.labels.push_back(label_of[static_cast<std::size_t>(picture) - 1]);
    listed.push_back(part);
  }
  std::vector<std::string> classes = name_classes(root, found.labels);
  need_pictures(root, found.names);
  found.parts = split_pictures(found.labels, listed, {.training = true, .validation = true, .test = true}, options);

  Hash hash;
  hash.add(std::string_view("flowers"));
  for (const std::string_view file : {kLabels, kLists}) {
    const FileStamp stamp = file_stamp(root / file);
    hash.add(stamp.size_bytes);
    hash.add(stamp.modified_ns);
  }
  std::vector<Counted> counts = {{"labels", label_of.size(), 8189}, {"classes", classes.size(), 102}};
  for (const List& list : lists) counts.push_back({list.what, list.pictures.size(), list.published});
  return picture_files(root, std::move(classes), found, hash, options.seed, remark_on("102 Flowers", counts));
}

}  // namespace

DataSetEntry flowers_data_set() {
  return {"flowers",
          "102 Flowers: jpg/image_00001.jpg and so on, imagelabels.mat and setid.mat",
          "Nilsback, Zisserman 2008, \"Automated Flower Classification over a Large Number of Classes\", and the data "
          "set's page",
          is_flowers,
          open_flowers,
          kOrigin};
}

}  // namespace crescendo
