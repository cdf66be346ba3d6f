#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crescendo {

enum class Part : std::uint8_t { kTraining, kValidation, kTest };

/// How a picture becomes square.
enum class Fit : std::uint8_t {
  kCrop,  // the centre square is cut out
  kPad,   // the whole picture stands in the centre of a square of its own mean colour
};

/// As it is called in files and on the command line: crop, pad.
std::string_view fit_name(Fit fit);

/// The other way round. Throws Error (bad input) that lists the names.
Fit find_fit(std::string_view name);

inline constexpr int kMostFolds = 1000, kMostFrames = 1000;  // that options may name

struct DataOptions {
  std::uint64_t seed = 0;  // of the splits and of the share
  double share = 1;        // of the pictures that are not test, taken class by class; in (0, 1]
  int classes = 0;         // only so many, those with most training pictures; 0: all
  int fold = 0;            // of a data set that is published with folds: the one that is trained on, from 0
  int frames = 0;          // of a data set of sequences: so many of the last pictures of each; 0: as its loader has it
};

/// One decoded picture, as it stands in the file. pixels: [height][width][channels], 8 bit.
struct Picture {
  int width_px = 0, height_px = 0;
  int channels = 0;  // 1 grey, 3 RGB
  std::vector<std::uint8_t> pixels;
};

/// A labelled set of pictures on disk. Opening it reads names, headers and labels, never a picture of the test part.
class DataSet {
 public:
  struct Entry {
    std::string name;  // relative to the root: what messages call the picture
    int label;         // index into classes()
    Part part;
  };

  virtual ~DataSet() = default;

  const std::vector<std::string>& classes() const { return classes_; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// Median over the training part (a seeded sample of 500 where it is larger), from the headers alone.
  int median_shorter_side_px() const { return median_shorter_side_px_; }
  bool mostly_colour() const { return mostly_colour_; }

  /// Changes when a file of the data set is added, removed or written, or the split changes: the key of the cache.
  std::uint64_t fingerprint() const { return fingerprint_; }

  /// What a reader of its results should know, as a sentence without a full stop: that it is not the whole of what was
  /// published. Empty: nothing.
  const std::string& remark() const { return remark_; }

  /// Decodes entry `index`. `wanted_side_px`: a decoder may return a picture scaled down by a power of two as long
  /// as its shorter side (to be cropped) or its longer side (to be padded) stays at least that. Thread-safe. Throws
  /// Error: bad input, naming the picture, if it is broken; of another kind if its file cannot be read at all.
  virtual Picture decode(std::size_t index, int wanted_side_px, Fit fit) const = 0;

 protected:
  std::vector<std::string> classes_;
  std::vector<Entry> entries_;
  int median_shorter_side_px_ = 0;
  bool mostly_colour_ = false;
  std::uint64_t fingerprint_ = 0;
  std::string remark_;
};

/// Opens a folder with the first loader of the list (src/images/datasets.h) that knows its layout.
/// Throws Error: no such folder, no layout known, one class only, a class without pictures, an option that the layout
/// has no use for.
std::unique_ptr<DataSet> open_data_set(const std::filesystem::path& root, const DataOptions& options);

/// How 8-bit values become network inputs: (value - mean[c]) * scale[c]. Computed on the training part only.
struct Normalisation {
  std::array<float, 3> mean{};
  std::array<float, 3> scale{1, 1, 1};
};

/// Pictures of one size in memory, shared by all trials.
struct ImageSet {
  int side_px = 0;
  int channels = 0;  // 1 grey, 3 RGB
  std::vector<std::string> classes;
  std::vector<std::uint8_t> pixels;  // [n][side][side][channels]
  std::vector<int> labels;           // [n]
  std::vector<Part> parts;           // [n]
  std::vector<int> entries;          // [n] index into the data set's entries(); empty: it is of no data set
  Normalisation normalisation;
  std::size_t enlarged = 0;  // pictures smaller than side_px
  Fit fit = Fit::kCrop;      // how they became square

  std::size_t size() const { return labels.size(); }
  std::size_t picture_bytes() const { return static_cast<std::size_t>(side_px) * side_px * channels; }
  const std::uint8_t* picture(std::size_t index) const { return pixels.data() + index * picture_bytes(); }
  std::vector<int> indices(Part part) const;
};

struct LoadOptions {
  std::filesystem::path cache = {};  // folder for the decoded pictures; empty: none
  int threads = 1;
  bool strict = false;  // a broken picture is an error instead of being skipped
  Fit fit = Fit::kCrop;
};

struct LoadReport {
  std::vector<std::string> broken;  // names and reasons of the skipped pictures
  bool from_cache = false;
  std::string cache_failure;  // why the cache could not be written; empty: it was, or none was asked for
};

/// Decodes each picture of the wanted parts once and makes one set a side, in the order of `sides_px`.
///
/// A picture is rescaled with an area filter (enlarged bilinearly), either its centre square, or the whole of it, so
/// that its longer side is the square's: then it stands in the centre, and the rest has the mean colour of the picture
/// itself, so that no bright or dark edge is added that a network could learn. Broken pictures are skipped and
/// reported. `channels` is 1 or 3; colour becomes grey by ITU-R BT.601 weights, grey becomes colour by copying.
/// Normalisation is that of the training part, or left as it is when none was asked for.
/// Throws Error when a class has no picture of a wanted part left, on a broken picture if strict, and whenever a file
/// cannot be read for another reason than its contents (gone meanwhile, disk failure).
/// `progress(done, total)` is called now and then from the calling thread, and once all is done; what it throws stops
/// the load.
/// The pictures of a side do not depend on the other sides as long as none is above 256 pixels.
std::vector<ImageSet> load_images(const DataSet& data, std::span<const Part> parts, std::span<const int> sides_px,
                                  int channels, const LoadOptions& options, LoadReport& report,
                                  const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace crescendo
