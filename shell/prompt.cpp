#include "shell/prompt.h"

#include <editline/readline.h>
#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "shell/interrupt.h"
#include "shell/shell.h"
#include "shell/terminal.h"

namespace leftmost::shell {

namespace {

constexpr int kHistoryLinesMax = 2000;

// libedit calls plain functions: this is where they find the shell whose names they complete.
Shell* completed_shell = nullptr;

char* copied(const std::string& text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;  // libedit frees it
}

char* next_completion(const char* word, int state) {
  static std::vector<std::string> found;
  static std::size_t position = 0;
  if (state == 0) {
    found = completed_shell != nullptr ? completions(*completed_shell, word) : std::vector<std::string>();
    position = 0;
  }
  return position < found.size() ? copied(found[position++]) : nullptr;
}

char** complete(const char* word, int, int) {
  rl_attempted_completion_over = 1;  // no names of files
  return rl_completion_matches(word, next_completion);
}

/// Reads one byte for libedit; EOF also when Ctrl-C is pressed, so that readline() returns.
int next_byte(FILE*) {
  unsigned char byte = 0;
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got == 1) return byte;
    if (got == 0 || errno != EINTR || is_interrupted()) return EOF;
  }
}

std::string history_path() {
  if (const char* path = std::getenv("LEFTMOST_HISTORY")) return path;
  const char* home = std::getenv("HOME");
  return home != nullptr ? std::string(home) + "/.leftmost_history" : std::string();
}

class Prompt : public LineSource {
 public:
  explicit Prompt(Shell& shell) : shell_(shell), history_path_(history_path()) {
    completed_shell = &shell;
    rl_readline_name = "leftmost";
    rl_attempted_completion_function = complete;
    rl_basic_word_break_characters = " \t\n\"'`;,()=<>+-*/|[]";
    rl_getc_function = next_byte;
    rl_initialize();
    using_history();
    stifle_history(kHistoryLinesMax);
    if (!history_path_.empty()) read_history(history_path_.c_str());
  }

  ~Prompt() override {
    if (!history_path_.empty()) write_history(history_path_.c_str());
    completed_shell = nullptr;
  }

  bool is_interactive() const override { return true; }

  std::optional<std::string> next(bool continues_statement) override {
    const Shell::Settings& settings = shell_.settings();
    const std::string& prompt = continues_statement ? settings.prompt_continued : settings.prompt;
    char* typed = readline(prompt.c_str());
    if (typed == nullptr) {
      std::fputc('\n', stdout);
      if (is_interrupted()) return std::string();  // the Shell drops what was typed so far
      return std::nullopt;
    }
    std::string line(typed);
    std::free(typed);
    if (line.find_first_not_of(" \t") != std::string::npos && line != last_line_) {
      add_history(line.c_str());
      last_line_ = line;
    }
    return line;
  }

 private:
  Shell& shell_;
  std::string history_path_;
  std::string last_line_;
};

/// Lines from something that is no terminal although prompts were asked for (-interactive).
class PlainPrompt : public LineSource {
 public:
  explicit PlainPrompt(Shell& shell) : shell_(shell) {}
  bool is_interactive() const override { return true; }
  std::optional<std::string> next(bool continues_statement) override {
    const Shell::Settings& settings = shell_.settings();
    std::fputs((continues_statement ? settings.prompt_continued : settings.prompt).c_str(), stdout);
    std::fflush(stdout);
    auto line = reader_.next(continues_statement);
    if (!line) std::fputc('\n', stdout);
    return line;
  }

 private:
  Shell& shell_;
  LineReader reader_{stdin};
};

}  // namespace

std::unique_ptr<LineSource> make_prompt(Shell& shell) {
  if (is_terminal(stdin) && is_terminal(stdout)) return std::make_unique<Prompt>(shell);
  return std::make_unique<PlainPrompt>(shell);
}

void print_banner(Shell& shell) {
  const Paint paint = Paint::of(stdout);
  const std::string& path = shell.options().path;
  const bool is_memory = path == ":memory:" || path.empty();
  std::string beside = "SQLite is not asked";
  if (shell.has_twin()) beside = fmt::format("every answer is compared with SQLite {}", oracle::Twin::version());
  std::fputs(fmt::format("{} {}, {}\n{}\n", paint(Colour::kBold, "leftmost"), LEFTMOST_VERSION, beside,
                         paint(Colour::kGrey, fmt::format("{}. .help lists the commands, Ctrl-D leaves.",
                                                          is_memory ? "A database in memory" : path)))
                 .c_str(),
             stdout);
}

}  // namespace leftmost::shell
