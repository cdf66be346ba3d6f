#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <set>

#include "crescendo/error.h"
#include "images/datasets.h"
#include "images/find_pictures.h"
#include "images/hash.h"
#include "images/part_lists.h"
#include "images/picture_files.h"
#include "images/split.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
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

std::unique_ptr<DataSet> open_folder(const fs::path& root, const DataOptions& options) {
  std::vector<std::string> classes = find_folders(root);
  refuse_part_folders(classes, root);
  FoundPictures found = find_labelled(root, classes);
  const PartLists lists = read_part_lists(root, found.names);
  found.parts = split_pictures(found.labels, lists.listed, lists.given, options);
  Hash hash;
  hash.add(std::string_view("folder"));
  return picture_files(root, std::move(classes), found, hash, options.seed);
}

}  // namespace

DataSetEntry folder_data_set() {
  return {"folder", "a folder per class with JPEG and PNG files", "docs/data.md",
          [](const fs::path& root) { return !find_folders(root).empty(); }, open_folder};
}

}  // namespace crescendo
