#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "crescendo/error.h"
#include "images/class_names.h"
#include "images/datasets.h"
#include "images/file_bytes.h"
#include "images/find_pictures.h"
#include "images/hash.h"
#include "images/picture_files.h"
#include "images/published.h"
#include "images/split.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPictures = "cohn-kanade-images", kEmotions = "Emotion";
constexpr std::string_view kPictureArchive = "extended-cohn-kanade-images.zip", kEmotionArchive = "Emotion_labels.zip";
constexpr std::string_view kLabelEnd = "_emotion.txt";
constexpr int kUsualFrames = 3;  // as most who publish results on it take
constexpr std::string_view kOrigin =
    "CK+ is given on request by the Affect Analysis Group of the University of Pittsburgh: unpack "
    "extended-cohn-kanade-images.zip and Emotion_labels.zip into one folder, which makes cohn-kanade-images and "
    "Emotion, and give that folder";

// Labels 1 to 7.
constexpr std::array<std::string_view, 7> kNames = {"anger", "contempt", "disgust", "fear",
                                                    "happy", "sadness",  "surprise"};

// Emotion/S005, and not a class of that name.
bool has_subjects(const fs::path& labels) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(labels, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.size() == 4 && name[0] == 'S' && name.find_first_not_of("0123456789", 1) == name.npos) return true;
  }
  return false;
}

bool is_ckplus(const fs::path& root) {
  return fs::is_directory(root / kPictures) || has_subjects(root / kEmotions) ||
         fs::is_regular_file(root / kPictureArchive) || fs::is_regular_file(root / kEmotionArchive);
}

void need_folders(const fs::path& root) {
  std::vector<std::string_view> missing;
  for (const std::string_view folder : {kPictures, kEmotions}) {
    if (!fs::is_directory(root / folder)) missing.push_back(folder);
  }
  if (missing.empty()) return;
  bad_input(fmt::format("'{}' lacks {}; {}", root.string(), fmt::join(missing, " and "), kOrigin));
}

// From 1, as the file has it: a number such as 3.0000000e+00.
int read_label(const fs::path& file, const std::string& name) {
  std::string text = read_file(file);
  std::istringstream words(text);
  double label = 0;
  std::string more;
  const bool one_number = words >> label && !(words >> more);
  if (one_number && label >= 1 && label <= static_cast<double>(kNames.size()) && std::floor(label) == label) {
    return static_cast<int>(label);
  }
  text.erase(0, std::min(text.size(), text.find_first_not_of(" \t\r\n")));
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  bad_input(fmt::format("'{}' holds '{}'; an emotion is a number from 1 to {}: {}", name, text.substr(0, 40),
                        kNames.size(), fmt::join(kNames, " ")));
}

struct Sequence {
  std::string person, folder;  // such as S005, S005/001
  std::string label_file;      // relative to the root
  std::string peak;            // the last frame's name without its extension
  int label = 0;               // from 1
};

// Nothing for a sequence without a label, whose folder is empty.
std::optional<Sequence> read_sequence(const fs::path& root, const std::string& person, const std::string& number) {
  Sequence sequence{person, person + '/' + number, {}, {}};
  const fs::path folder = fs::path(kEmotions) / person / number;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / folder)) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(kLabelEnd) || is_hidden(entry.path())) continue;
    const std::string name = (folder / file).string();
    if (!sequence.peak.empty()) {
      bad_input(fmt::format("'{}' and '{}' both label a sequence; it has one label",
                            std::min(sequence.label_file, name), std::max(sequence.label_file, name)));
    }
    sequence.label_file = name;
    sequence.peak = file.substr(0, file.size() - kLabelEnd.size());
    sequence.label = read_label(root / folder / file, name);
  }
  return sequence.peak.empty() ? std::nullopt : std::optional(sequence);
}

std::vector<Sequence> read_sequences(const fs::path& root) {
  std::vector<Sequence> sequences;
  for (const std::string& person : find_folders(root / kEmotions)) {
    for (const std::string& number : find_folders(root / kEmotions / person)) {
      if (auto sequence = read_sequence(root, person, number)) sequences.push_back(std::move(*sequence));
    }
  }
  if (sequences.empty()) {
    bad_input(
        fmt::format("'{}' has no label, which are files such as S005/001/S005_001_00000011_emotion.txt; unpack {}",
                    (root / kEmotions).string(), kEmotionArchive));
  }
  return sequences;
}

// The last frames up to the labelled one, in order; all where there are not so many. Names relative to the root.
std::vector<std::string> last_frames(const fs::path& root, const Sequence& sequence, std::size_t frames) {
  const fs::path folder = fs::path(kPictures) / sequence.folder;
  std::vector<std::string> names;
  if (fs::is_directory(root / folder)) names = find_pictures(root / folder);
  const auto peak = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return fs::path(name).stem().string() == sequence.peak;
  });
  if (peak == names.end()) {
    bad_input(fmt::format("'{}' labels a sequence whose last picture {}.png is not in '{}'; unpack all of {}",
                          sequence.label_file, sequence.peak, folder.string(), kPictureArchive));
  }
  names.erase(peak + 1, names.end());
  if (names.size() > frames) names.erase(names.begin(), names.end() - static_cast<std::ptrdiff_t>(frames));
  for (std::string& name : names) name = (folder / name).string();
  return names;
}

std::unique_ptr<DataSet> open_ckplus(const fs::path& root, const DataOptions& options) {
  need_folders(root);
  const std::vector<Sequence> sequences = read_sequences(root);
  Hash hash;
  hash.add(std::string_view("ckplus"));
  FoundPictures found;
  std::vector<int> persons;
  std::map<std::string, int> number_of_person;
  const auto frames = static_cast<std::size_t>(options.frames > 0 ? options.frames : kUsualFrames);
  for (const Sequence& sequence : sequences) {
    hash.add(sequence.label_file);
    hash.add(static_cast<std::uint64_t>(sequence.label));
    const int person =
        number_of_person.emplace(sequence.person, static_cast<int>(number_of_person.size())).first->second;
    for (std::string& name : last_frames(root, sequence, frames)) {
      found.names.push_back(std::move(name));
      found.labels.push_back(sequence.label);
      persons.push_back(person);
    }
  }
  std::vector<std::string> classes;
  for (const int label : number_labels(found.labels)) classes.emplace_back(kNames[static_cast<std::size_t>(label) - 1]);
  found.parts = split_groups(found.labels, persons, options);
  const Counted counts[] = {{"labelled sequences", sequences.size(), 327}, {"emotions", classes.size(), kNames.size()}};
  return picture_files(root, std::move(classes), found, hash, options.seed, remark_on("CK+", counts));
}

}  // namespace

DataSetEntry ckplus_data_set() {
  return {"ckplus",
          "CK+: sequences of pictures in cohn-kanade-images and their labels in Emotion",
          "Lucey, Cohn, Kanade, Saragih, Ambadar, Matthews 2010, \"The Extended Cohn-Kanade Dataset (CK+)\", and its "
          "file of explanations",
          is_ckplus,
          open_ckplus,
          kOrigin,
          {"frames"}};
}

}  // namespace crescendo
