#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// Whether a trial's point was proposed at its rung: not promoted, repeated or given by the user.
bool is_proposal(const Trial& trial);

struct Generations {
  std::vector<std::vector<int>> members;  // proposals by generation, in the order of claims
  int current = 0;                        // the generation that a proposal which is claimed now belongs to, from 0
};

/// The proposals of a rung; trial `except` is left out (-1: none).
///
/// A generation closes when `population` of its proposals have ended, finished or failed. What is proposed while it is
/// open belongs to it, so with several workers it may become larger than `population`; those that end after it has
/// closed still belong to it. A trial's tag says its generation where it has one. Elsewhere it follows from the
/// revision that the trial's point was proposed from: those that had ended by then are seen as ended. Cost: O(n log n)
/// for the n trials of the rung.
Generations generations(const History& history, int rung, int population, int except = -1);

/// What a trial's tag is stamped with when a proposal at `rung` is claimed. Cost: O(n), where all have tags.
int current_generation(const History& history, int rung, int population);

/// The proposals of one history's rung that have ended, kept up to date by what changed: a memo, which saves looking at
/// every trial for each proposal.
class EndedGenerations {
 public:
  EndedGenerations(int rung, int population) : rung_(rung), population_(population) {}

  struct Seen {
    std::vector<std::vector<int>> ended;          // by generation, in the order of claims
    int first = std::numeric_limits<int>::max();  // the first proposal, ended or not
    int current = 0;                              // as in Generations
  };

  /// What generations() says, without the members that run; trial `except` is left out.
  const Seen& update(const History& history, int except);

 private:
  void look_at(const Trial& trial);
  Seen afresh(const History& history, int except) const;

  int rung_, population_;
  std::size_t changes_ = 0;  // of the history, that were looked at
  bool tagged_ = true;       // every proposal has a tag that says its generation
  Seen seen_, asked_;        // asked_: of a question that seen_ cannot answer
};

}  // namespace crescendo
