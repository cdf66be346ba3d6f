#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crescendo/study.h"

namespace crescendo {

/// What bench/search is asked for.
struct SearchChoice {
  std::filesystem::path rows = CRESCENDO_BENCH_DIR "/results/search.jsonl";
  std::filesystem::path problems_file = CRESCENDO_BENCH_DIR "/../../shared/problems/problems.json";
  std::filesystem::path evaluator;    // empty: made from its source
  std::vector<std::string> problems;  // empty: all
  // Those of the documents' tables: two of them with the constants of their sources beside ours.
  std::vector<std::string> samplers = {
      "random", "quasi", "tpe",       "tpe:clip=100", "smac", "smac:startup_share=0.25", "genetic", "differential",
      "cmaes",  "swarm", "reinforce", "gp",           "auto"};
  std::vector<std::string> peers;
  int first_seed = 0, last_seed = 49;
  int smac3_seeds = 5;  // it takes a minute for each
  int trials = 200;
  int jobs = 1;
  bool again = false;
  std::string serve;
};

/// Throws Error (bad input) for what is not an option, and (not found) for peers that are asked for by name and not
/// installed.
SearchChoice parse_search_choice(std::span<char* const> arguments);

/// Products whose searches are run too.
bool is_peer(std::string_view sampler);

/// The Python in which they are.
std::string search_peers_python();

}  // namespace crescendo
