#include <fmt/format.h>

#include <chrono>

#include "base/command_line.h"
#include "objective/objectives.h"
#include "objective/program.h"

namespace crescendo {
namespace {

constexpr std::chrono::milliseconds kMoment(50);

// What its lines say besides the point where a trial may go on from another.
const std::vector<std::string> kOfTrial = {"trial", "seed", "folder", "parent", "parent_folder"};

// One process for all trials of a worker, started for the first of them. Whenever a trial does not end with the answer
// to it, the process is ended too, because what it says next could belong to that trial.
class ServerObjective : public Objective {
 public:
  ServerObjective(ProgramOptions options, std::vector<std::string> words)
      : options_(std::move(options)), words_(std::move(words)) {}

  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks& hooks) override {
    const auto began = std::chrono::steady_clock::now();
    std::optional<Heard> heard = ready();
    const double cpu_before = program_->cpu_seconds();
    if (!heard) {
      Json line = flat_object(assignment.study, assignment.point, assignment.rung);
      if (assignment.study.continues) line.update(trial_object(assignment));
      program_->send(to_line(line) + "\n");
      heard = listen(*program_, {Manner::kAnswer, options_.loss, options_.time_limit_seconds, began}, hooks);
    }
    if (heard->end == Heard::End::kAnswered && says_more()) heard = too_much("it wrote a second line after its answer");
    const bool answered = heard->end == Heard::End::kAnswered;
    std::string bad_end;
    double cpu_after = program_->cpu_seconds();
    if (!answered) {
      const ChildEnd end = program_->stop();
      const std::string sentence = end_sentence(end);
      bad_end = sentence.empty() ? "it ended without an answer" : sentence;
      cpu_after = end.cpu_seconds;
    }
    std::optional<Outcome> outcome = outcome_of(*heard, bad_end, options_, *program_);
    if (!answered) program_.reset();
    if (!outcome) return {};
    outcome->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    outcome->cpu_seconds = std::max(0.0, cpu_after - cpu_before);
    return outcome;
  }

 private:
  // Sees to it that a process waits for a point. What fails the trial, if it has said something that nobody asked for.
  std::optional<Heard> ready() {
    std::string line;
    const auto said =
        program_ ? program_->read_line(line, std::chrono::steady_clock::now()) : ChildProcess::Reading::kEnded;
    if (said == ChildProcess::Reading::kNothingYet) return {};
    if (said == ChildProcess::Reading::kLine) {
      return too_much("it wrote a second line after its answer to the trial before");
    }
    program_.reset();  // it ended between two trials
    program_ = std::make_unique<ChildProcess>(words_);
    is_new_ = true;
    return {};
  }

  static Heard too_much(const char* sentence) { return {Heard::End::kFailed, {}, {}, sentence}; }

  // Whether something stands behind the answer. A new process is given a moment for it: one that answers twice is found
  // out by its first trial, before its second line could pass for the answer to another.
  bool says_more() {
    std::string line;
    const auto patience = is_new_ ? kMoment : std::chrono::milliseconds(0);
    is_new_ = false;
    const auto said = program_->read_line(line, std::chrono::steady_clock::now() + patience);
    return said != ChildProcess::Reading::kNothingYet && said != ChildProcess::Reading::kEnded;
  }

  ProgramOptions options_;
  std::vector<std::string> words_;
  std::unique_ptr<ChildProcess> program_;
  bool is_new_ = true;  // has not answered yet
};

ObjectiveMaker make(const Study& study) {
  const ProgramOptions options = read_program_options(study.objective.options, "server");
  check_program_names(study, study.continues ? kOfTrial : std::vector<std::string>());
  const std::vector<std::string> words = fill_placeholders(split_command_line(options.run), {});
  check_program(words);
  return [options, words] { return std::make_unique<ServerObjective>(options, words); };
}

}  // namespace

ObjectiveEntry server_objective() {
  return {"server", "a program that answers a line for each trial", describe_program_options(), make};
}

}  // namespace crescendo
