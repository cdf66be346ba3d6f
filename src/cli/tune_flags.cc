#include "cli/tune_options.h"
#include "cli/words.h"
#include "crescendo/images.h"

namespace crescendo {
namespace {

void declare_pictures(Flags pictures, TuneOptions& options) {
  pictures
      .add_option(
          "--data", options.data,
          "folder of pictures: a folder per class, IDX files (MNIST), CIFAR binaries, STL-10, 102 Flowers or CK+")
      .check(not_empty());
  pictures.add_option("--sizes", options.sizes, "image sides in px, smallest first, as 32,64,128; default: chosen")
      .check(not_empty());
  pictures
      .add_option("--fit", options.fit,
                  "how pictures become square: crop, the centre (default), or pad, all of it on its mean colour")
      .check(not_empty());
  pictures.add_option("--epochs", options.epochs, "at most, for each trial; default 30").check(in_range(1, 1'000'000));
  pictures.add_option("--share", options.share, "share of the training and validation pictures, in 0..1; default 1")
      .check(in_range(1e-6, 1.0));
  pictures.add_option("--classes", options.classes, "only the largest classes, so many; default: all")
      .check(in_range(2, 1'000'000));
  pictures.add_option("--fold", options.fold, "train on this fold of the data set (STL-10), from 0; default 0")
      .check(in_range(0, kMostFolds));
  pictures.add_option("--frames", options.frames, "so many of the last pictures of each sequence (CK+); default 3")
      .check(in_range(1, kMostFrames));
  const auto grey = pictures.add_flag("--grey,--gray", options.grey, "search on grey pictures");
  pictures.add_flag("--colour,--color", options.colour, "search on colour pictures").excludes(grey);
  pictures.add_flag("--augment", options.augment,
                    "train on pictures mirrored at random and moved by up to a tenth of the side");
  pictures.add_flag("--balanced", options.balanced, "every class counts alike, however many pictures it has");
  pictures.add_flag("--strict", options.strict, "a broken picture is an error instead of being skipped");
  pictures
      .add_option("--kernels", options.kernels,
                  "compute with the kernels in this file, as 'crescendo kernels' prints them; default: measured once")
      .check(not_empty());
}

void declare_program(Flags program, TuneOptions& options) {
  program
      .add_option("--command", options.command,
                  "run this line for each trial, as './train --lr {learning_rate}'; its last line is the loss")
      .check(not_empty());
  program
      .add_option("--server", options.server,
                  "run this line once for each worker; it answers a line of JSON with one (docs/formats.md)")
      .check(not_empty());
  program
      .add_option("--space", options.space,
                  "the program's parameters: TOML of [[parameter]] tables, ConfigSpace JSON or W&B sweep YAML")
      .check(not_empty());
  program.add_option("--loss", options.loss, "the field of the program's answer that counts, one only; default: loss")
      .check(not_empty());
  program.add_flag("--maximize,--maximise", options.maximize, "the larger the better");
  program.add_option("--time-limit", options.time_limit, "of one trial, as 90s, 30m; a longer one has failed")
      .check(not_empty());
}

void declare_search(Flags search, TuneOptions& options) {
  search
      .add_option("--ladder", options.ladder,
                  "a number that grows rung by rung, lowest first, as epoch=1,4,13,52 for a program, epochs=1,3,9 or "
                  "image_side=32,64,64 or data_share=0.25,1 for pictures; given again: rungs of several numbers")
      .one_value_each();
  search.add_option("--trials", options.trials, "budget: trials in all").check(in_range(1, 100'000'000));
  search.add_option("--time", options.time, "budget: wall time, as 90s, 30m, 1h30m; default 30m if no other is given")
      .check(not_empty());
  search.add_option("--cpu-time", options.cpu_time, "budget: CPU time of all trials together").check(not_empty());
  search
      .add_option("--budget", options.budgets,
                  "budget: a fidelity's total over all trials, as epoch=2600; may be given for several")
      .one_value_each();
  search.add_option("--target", options.target, "end when a trial at the top rung is as good as this");
  search
      .add_option("--patience", options.patience,
                  "end after so many trials in a row at the top rung that bring nothing better")
      .check(in_range(1, 100'000'000));
  search.add_option("--preset", options.preset, "a known sampler and schedule together; see 'crescendo list'")
      .check(not_empty());
  search.add_option("--sampler", options.sampler, "how points are chosen; see 'crescendo list'").check(not_empty());
  search.add_option("--schedule", options.schedule, "how sizes or rungs follow each other; see 'crescendo list'")
      .check(not_empty());
  search.add_option("--jobs", options.jobs, "trials at a time, one thread each; default: all cores")
      .check(in_range(1, 4096));
  search
      .add_option("--lag", options.lag,
                  "each trial learns only from those at least so much older: the same trials with any --jobs up to it")
      .check(in_range(1, 1'000'000));
  search.add_option("--seed", options.seed, "of everything random; default 0")
      .check(in_range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));
  search.add_option("--first", options.first, "points to try before any is proposed: a JSON object a line, or a TOML")
      .check(not_empty());
  search
      .add_option("--learn-from", options.learn_from,
                  "also learn from the trials of another study: URL#STUDY; may be given more than once")
      .check(not_empty());
  search.add_option("--study-file", options.study_file, "a study's TOML, as --dry-run writes it").check(not_empty());
}

void declare_outputs(Flags outputs, TuneOptions& options) {
  outputs.add_option("--out", options.out, "folder for everything that is kept; default: crescendo-out")
      .check(not_empty());
  outputs
      .add_option("--storage", options.storage,
                  "where the study is kept; default: sqlite:///OUT/study.db; memory: keeps nothing")
      .check(not_empty());
  outputs.add_option("--name", options.name, "the study's name; default: the name of --out").check(not_empty());
  outputs.add_option("--keep", options.keep, "points whose weights stay on disk, the best ones (at least 3)")
      .check(in_range(3, 1'000'000))
      .shows_default();
  outputs.add_flag("--dry-run", options.dry_run, "only say what would be done, and write OUT/study.toml to edit");
  outputs.add_flag("--json", options.json, "print the result as one JSON object (docs/formats.md)");
  outputs.add_flag("--quiet", options.quiet, "print nothing but errors");
}

}  // namespace

void declare_tune_options(Flags& command, TuneOptions& options) {
  declare_pictures(command.under("Pictures"), options);
  declare_program(command.under("A program"), options);
  declare_search(command.under("The search"), options);
  declare_outputs(command.under("What is kept and printed"), options);
}

}  // namespace crescendo
