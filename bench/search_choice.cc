#include "bench/search_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "bench/named.h"
#include "bench/rivals.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kPeers = {"optuna_tpe", "optuna_gp", "optuna_random", "smac3"};

int whole_number(const std::string& flag, const std::string& text, int least) {
  const bool whole = !text.empty() && text.size() < 7 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!whole || std::stoi(text) < least) {
    bad_input(fmt::format("{} needs a whole number from {}, not '{}'", flag, least, text));
  }
  return std::stoi(text);
}

std::vector<std::string> peers_of(const std::string& choice) {
  const bool there = fs::exists(search_peers_python());
  if (choice == "none" || (choice == "all" && !there)) return {};
  if (!there) not_found("no peers in " + peers_folder() + "-search: run 'make peers'");
  if (choice == "all") return {"optuna_tpe", "smac3"};
  std::vector<std::string> chosen = split(choice);
  for (const std::string& name : chosen) {
    if (!is_peer(name)) bad_input(fmt::format("no peer called '{}'; there are: {}", name, fmt::join(kPeers, " ")));
  }
  return chosen;
}

void read_seeds(const std::string& text, SearchChoice& choice) {
  const std::vector<std::string> ends = split(text, '-');
  if (ends.size() > 2) bad_input("--seeds needs a number of seeds or a range as 50-99, not '" + text + "'");
  choice.first_seed = ends.size() == 2 ? whole_number("--seeds", ends[0], 0) : 0;
  choice.last_seed =
      ends.size() == 2 ? whole_number("--seeds", ends[1], choice.first_seed) : whole_number("--seeds", ends[0], 1) - 1;
}

}  // namespace

bool is_peer(std::string_view sampler) { return std::find(kPeers.begin(), kPeers.end(), sampler) != kPeers.end(); }

std::string search_peers_python() { return peers_folder() + "-search/bin/python"; }

SearchChoice parse_search_choice(std::span<char* const> arguments) {
  SearchChoice choice;
  std::string peers = "all";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string flag = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= arguments.size()) bad_input(flag + " needs a value");
      return arguments[++i];
    };
    if (flag == "--rows") {
      choice.rows = value();
    } else if (flag == "--problems-file") {
      choice.problems_file = value();
    } else if (flag == "--evaluator") {
      choice.evaluator = value();
    } else if (flag == "--problems") {
      choice.problems = split(value());
    } else if (flag == "--samplers") {
      const std::string list = value();
      choice.samplers = list == "none" ? std::vector<std::string>{} : split(list);
    } else if (flag == "--peers") {
      peers = value();
    } else if (flag == "--seeds") {
      read_seeds(value(), choice);
    } else if (flag == "--smac3-seeds") {
      choice.smac3_seeds = whole_number(flag, value(), 0);
    } else if (flag == "--trials") {
      choice.trials = whole_number(flag, value(), 1);
    } else if (flag == "--jobs") {
      choice.jobs = whole_number(flag, value(), 1);
    } else if (flag == "--again") {
      choice.again = true;
    } else if (flag == "--serve") {
      choice.serve = value();
    } else {
      bad_input("no option called '" + flag +
                "'; there are: --rows --problems-file --problems --samplers --peers --seeds --smac3-seeds --trials "
                "--jobs --evaluator --again --serve");
    }
  }
  if (choice.serve.empty()) choice.peers = peers_of(peers);
  return choice;
}

}  // namespace crescendo
