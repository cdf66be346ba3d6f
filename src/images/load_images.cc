#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "base/files.h"
#include "crescendo/error.h"
#include "crescendo/images.h"
#include "images/image_cache.h"
#include "images/read_picture.h"
#include "images/rescale.h"

namespace crescendo {
namespace {

constexpr int kMaxSidePx = 4096;

struct Wanted {
  std::vector<std::size_t> entries;  // indices into data.entries(), in order
  std::vector<int> sides_px;
  int channels = 0;
  int decoded_side_px = 0;
  Fit fit = Fit::kCrop;
};

Wanted wanted_of(const DataSet& data, std::span<const Part> parts, std::span<const int> sides_px, int channels,
                 Fit fit) {
  if (channels != 1 && channels != 3) {
    bad_input(fmt::format("pictures with {} channels are wanted; there are 1 (grey) and 3 (colour)", channels));
  }
  Wanted wanted{{}, {sides_px.begin(), sides_px.end()}, channels, decoded_side_px(0), fit};
  for (const int side_px : sides_px) {
    if (side_px < 1 || side_px > kMaxSidePx) {
      bad_input(fmt::format("pictures of side {} are wanted; 1 to {} pixels are possible", side_px, kMaxSidePx));
    }
    wanted.decoded_side_px = std::max(wanted.decoded_side_px, decoded_side_px(side_px));
  }
  for (std::size_t i = 0; i < data.entries().size(); ++i) {
    if (std::find(parts.begin(), parts.end(), data.entries()[i].part) != parts.end()) wanted.entries.push_back(i);
  }
  if (wanted.entries.empty()) bad_input("the wanted parts of the data set have no picture");
  return wanted;
}

std::vector<ImageSet> empty_sets(const DataSet& data, const Wanted& wanted) {
  std::vector<ImageSet> sets;
  for (const int side_px : wanted.sides_px) {
    ImageSet& set = sets.emplace_back();
    set.side_px = side_px;
    set.channels = wanted.channels;
    set.fit = wanted.fit;
    set.classes = data.classes();
    set.pixels.resize(wanted.entries.size() * set.picture_bytes());
    for (const std::size_t entry : wanted.entries) {
      set.labels.push_back(data.entries()[entry].label);
      set.parts.push_back(data.entries()[entry].part);
      set.entries.push_back(static_cast<int>(entry));
    }
  }
  return sets;
}

// Decodes all wanted pictures into the sets, each once; a thread holds one decoded picture at a time.
class Decoding {
 public:
  Decoding(const DataSet& data, const Wanted& wanted, bool strict, std::vector<ImageSet>& sets)
      : data_(data), wanted_(wanted), strict_(strict), sets_(sets), results_(wanted.entries.size()) {}

  struct Result {
    std::string reason;               // why the picture is broken; empty: it is not
    std::vector<bool> enlarged = {};  // by side
  };

  // Throws what a picture threw: the first in the order of entries, however the threads were interleaved.
  const std::vector<Result>& run(int threads, const std::function<void(std::size_t, std::size_t)>& progress) {
    {
      std::vector<std::jthread> workers;
      const StopGuard stop(*this);  // before the workers are joined, should progress throw
      working_ = std::max(1, threads);
      for (int i = 0; i < std::max(1, threads); ++i) workers.emplace_back([this] { work(); });
      wait(progress);
    }
    if (failure_) std::rethrow_exception(failure_);
    if (progress) progress(results_.size(), results_.size());
    return results_;
  }

 private:
  struct StopGuard {
    explicit StopGuard(Decoding& decoding) : decoding_(decoding) {}
    ~StopGuard() { decoding_.stop_ = true; }
    Decoding& decoding_;
  };

  void wait(const std::function<void(std::size_t, std::size_t)>& progress) {
    constexpr std::chrono::milliseconds kBetween{100};
    std::unique_lock lock(mutex_);
    while (working_ > 0) {
      ended_.wait_for(lock, kBetween);
      if (working_ == 0 || !progress) continue;
      lock.unlock();
      progress(done_, results_.size());
      lock.lock();
    }
  }

  void work() {
    // Pictures are taken in order, so when one fails, all before it were taken and are still finished.
    while (!stop_) {
      const std::size_t place = next_++;
      if (place >= results_.size()) break;
      try {
        decode(place);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_ || place < failed_at_) failure_ = std::current_exception();
        failed_at_ = std::min(failed_at_, place);
        stop_ = true;
      }
      ++done_;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    ended_.notify_all();
  }

  void decode(std::size_t place) {
    try {
      const Picture picture = data_.decode(wanted_.entries[place], wanted_.decoded_side_px, wanted_.fit);
      for (ImageSet& set : sets_) {
        const std::span pixels = std::span(set.pixels).subspan(place * set.picture_bytes(), set.picture_bytes());
        rescale(picture, set.side_px, set.fit, set.channels, pixels);
        results_[place].enlarged.push_back(is_enlarged(picture, set.side_px, set.fit));
      }
    } catch (const Error& error) {
      // A disk that fails is no broken picture: skipping would train on less without need.
      if (strict_ || error.kind() != ErrorKind::kBadInput) throw;
      results_[place].reason = error.what();
    }
  }

  const DataSet& data_;
  const Wanted& wanted_;
  const bool strict_;
  std::vector<ImageSet>& sets_;
  std::vector<Result> results_;  // by place in wanted_.entries
  std::atomic<std::size_t> next_ = 0, done_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // guards what follows
  std::condition_variable ended_;
  int working_ = 0;
  std::exception_ptr failure_;
  std::size_t failed_at_ = static_cast<std::size_t>(-1);
};

// Closes the gaps of the broken pictures.
void remove_broken(ImageSet& set, const std::vector<Decoding::Result>& results) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].reason.empty()) continue;
    if (kept != i) {
      std::copy_n(set.picture(i), set.picture_bytes(), set.pixels.data() + kept * set.picture_bytes());
      set.labels[kept] = set.labels[i];
      set.parts[kept] = set.parts[i];
      set.entries[kept] = set.entries[i];
    }
    ++kept;
  }
  set.pixels.resize(kept * set.picture_bytes());
  set.labels.resize(kept);
  set.parts.resize(kept);
  set.entries.resize(kept);
}

std::string_view name_of(Part part) {
  switch (part) {
    case Part::kTraining:
      return "training";
    case Part::kValidation:
      return "validation";
    default:
      return "test";
  }
}

// A class that had pictures in a part must keep one there.
void check_classes(const DataSet& data, const Wanted& wanted, const std::vector<Decoding::Result>& results) {
  constexpr std::size_t kParts = 3;
  struct Count {
    std::size_t kept = 0;
    const std::string* first_reason = nullptr;
  };
  std::vector<Count> counts(data.classes().size() * kParts);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const DataSet::Entry& entry = data.entries()[wanted.entries[i]];
    Count& count = counts[entry.label * kParts + static_cast<std::size_t>(entry.part)];
    if (results[i].reason.empty()) {
      ++count.kept;
    } else if (count.first_reason == nullptr) {
      count.first_reason = &results[i].reason;
    }
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i].kept > 0 || counts[i].first_reason == nullptr) continue;
    bad_input(fmt::format("no {} picture of class '{}' can be read: {}", name_of(static_cast<Part>(i % kParts)),
                          data.classes()[i / kParts], *counts[i].first_reason));
  }
}

// Sums of integers, so that neither the order nor the machine shows.
Normalisation normalisation_of(const ImageSet& set) {
  __extension__ using Wide = unsigned __int128;
  Normalisation normalisation;
  const auto channels = static_cast<std::size_t>(set.channels);
  std::array<std::uint64_t, 3> sum{}, squares{};
  std::uint64_t count = 0;
  for (const int index : set.indices(Part::kTraining)) {
    const std::uint8_t* value = set.picture(index);
    for (const std::uint8_t* end = value + set.picture_bytes(); value != end; value += channels, ++count) {
      for (std::size_t c = 0; c < channels; ++c) {
        sum[c] += value[c];
        squares[c] += static_cast<std::uint64_t>(value[c]) * value[c];
      }
    }
  }
  if (count == 0) return normalisation;
  const auto n = static_cast<double>(count);
  for (std::size_t c = 0; c < channels; ++c) {
    const Wide spread = Wide{count} * squares[c] - Wide{sum[c]} * sum[c];  // n^2 times the variance
    normalisation.mean[c] = static_cast<float>(static_cast<double>(sum[c]) / n);
    normalisation.scale[c] = spread == 0 ? 1.0f : static_cast<float>(n / std::sqrt(static_cast<double>(spread)));
  }
  return normalisation;
}

CacheKey key_of(const DataSet& data, std::span<const Part> parts, const Wanted& wanted, int side_px) {
  return {data.fingerprint(), {parts.begin(), parts.end()}, side_px,
          wanted.channels,    wanted.decoded_side_px,       wanted.fit};
}

// All sides or none: the sets must hold the same pictures, and one decoding serves all of them.
std::optional<std::vector<ImageSet>> load_cached(const DataSet& data, std::span<const Part> parts, const Wanted& wanted,
                                                 const std::filesystem::path& folder, LoadReport& report) {
  std::vector<ImageSet> sets;
  std::vector<std::string> broken;
  for (const int side_px : wanted.sides_px) {
    std::optional<CachedImages> cached = read_cache(folder, key_of(data, parts, wanted, side_px));
    if (!cached) return std::nullopt;
    cached->images.classes = data.classes();
    sets.push_back(std::move(cached->images));
    broken = std::move(cached->broken);
  }
  report.broken = std::move(broken);
  report.from_cache = true;
  return sets;
}

std::vector<ImageSet> decode_all(const DataSet& data, const Wanted& wanted, const LoadOptions& options,
                                 LoadReport& report, const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<ImageSet> sets = empty_sets(data, wanted);
  Decoding decoding(data, wanted, options.strict, sets);
  const std::vector<Decoding::Result>& results = decoding.run(options.threads, progress);
  check_classes(data, wanted, results);
  for (const Decoding::Result& result : results) {
    if (!result.reason.empty()) report.broken.push_back(result.reason);
  }
  for (std::size_t side = 0; side < sets.size(); ++side) {
    for (const Decoding::Result& result : results) {
      if (result.reason.empty() && result.enlarged[side]) ++sets[side].enlarged;
    }
    remove_broken(sets[side], results);
    sets[side].normalisation = normalisation_of(sets[side]);
  }
  return sets;
}

}  // namespace

std::vector<int> ImageSet::indices(Part part) const {
  std::vector<int> found;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == part) found.push_back(static_cast<int>(i));
  }
  return found;
}

std::vector<ImageSet> load_images(const DataSet& data, std::span<const Part> parts, std::span<const int> sides_px,
                                  int channels, const LoadOptions& options, LoadReport& report,
                                  const std::function<void(std::size_t, std::size_t)>& progress) {
  report = {};
  const Wanted wanted = wanted_of(data, parts, sides_px, channels, options.fit);
  if (!options.cache.empty()) {
    make_writable_folder(options.cache);
    auto cached = load_cached(data, parts, wanted, options.cache, report);
    if (cached && options.strict && !report.broken.empty()) bad_input(report.broken.front());
    if (cached) {
      if (progress) progress(wanted.entries.size(), wanted.entries.size());
      return std::move(*cached);
    }
  }

  std::vector<ImageSet> sets = decode_all(data, wanted, options, report, progress);
  if (options.cache.empty()) return sets;
  try {
    for (const ImageSet& set : sets) {
      write_cache(options.cache, key_of(data, parts, wanted, set.side_px), set, report.broken);
    }
  } catch (const Error& refused) {
    report.cache_failure = refused.what();  // the pictures are there; only the next start takes as long again
  }
  return sets;
}

}  // namespace crescendo
