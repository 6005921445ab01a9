%%

// What stands between the rules and the lexer.

namespace {

using sql::GrammarRun;

/// A stack of states to try tokens on.
class TrialStack {
 public:
  TrialStack(const short* bottom, const short* top) : size_(static_cast<int>(top - bottom) + 1) {
    std::copy(bottom, top + 1, states_);
  }
  int top() const { return states_[size_ - 1]; }
  /// Takes the right side of `rule` off and puts its left side on. False when the stack is full.
  bool reduce(int rule) {
    size_ -= yyr2[rule];
    const int symbol = yyr1[rule] - YYNTOKENS;
    const int from = yypgoto[symbol] + top();
    const int state = 0 <= from && from <= YYLAST && yycheck[from] == top() ? yytable[from] : yydefgoto[symbol];
    if (size_ == YYMAXDEPTH + 1) return false;
    states_[size_++] = static_cast<short>(state);
    return true;
  }

 private:
  short states_[YYMAXDEPTH + 2];
  int size_;
};

/// What the tables say about `symbol` in `state`: > 0 a state to shift to, < 0 a rule to reduce by, 0 nothing but
/// the state's default.
int action_on(int state, int symbol) {
  int entry = yypact[state];
  if (yypact_value_is_default(entry)) return 0;
  entry += symbol;
  if (entry < 0 || YYLAST < entry || yycheck[entry] != symbol) return 0;
  return yytable_value_is_error(yytable[entry]) ? 0 : yytable[entry];
}

/// Whether a token would be shifted, now or after reductions.
bool is_accepted(TrialStack stack, int symbol) {
  for (;;) {
    const int action = action_on(stack.top(), symbol);
    if (action > 0) return true;
    const int rule = action < 0 ? -action : yydefact[stack.top()];
    if (rule == 0 || !stack.reduce(rule)) return false;
  }
}

/// Keyword, name or (for a module's arguments) mere text: the first of them that the state on top, or one that a
/// default reduction leads to, has a use for.
int use_of(int code, TrialStack stack, bool any_token) {
  const int as_keyword = YYTRANSLATE(code);
  const bool may_be_name = leftmost::engine::sql::falls_back_to_name(code);
  for (;;) {
    const int state = stack.top();
    if (action_on(state, as_keyword) != 0) return code;
    if (may_be_name && action_on(state, YYTRANSLATE(T_ID)) != 0) return T_ID;
    if (any_token && action_on(state, YYTRANSLATE(T_ANY)) != 0) return is_accepted(stack, as_keyword) ? code : T_ANY;
    const int rule = yydefact[state];
    if (rule == 0 || !stack.reduce(rule)) return code;
  }
}

}  // namespace

/// The rarer tokens: those that may be something else here, and those that come when something is wrong.
[[gnu::noinline]] static int settle_token(int code, sql::GrammarRun& run, const short* bottom, const short* top,
                                          bool failed_before) {
  const bool any_token = run.builder.in_module_arguments() && code != T_YYEOF && !run.token.empty();
  if (any_token || sql::falls_back_to_name(code)) code = use_of(code, TrialStack(bottom, top), any_token);
  if (failed_before) {
    // An action complained that ran before its next token was known. SQLite's would have run with it in view, and a
    // token that does not fit wins.
    if (!is_accepted(TrialStack(bottom, top), YYTRANSLATE(code))) run.builder.fail_near(run.token);
    run.stopped = true;
    return T_SQL_GRAMMAR_UNDEF;
  }
  if (run.keep_states) run.states.assign(bottom, top + 1);
  return code;
}

static int fetch_token(sql::GrammarValue*, Span* location, sql::GrammarRun& run, const short* bottom,
                       const short* top) {
  if (run.start_code != 0) {
    const int code = run.start_code;
    run.start_code = 0;
    return code;
  }
  const bool failed_before = run.builder.failed();
  if (run.builder.failed_with_lookahead()) {
    run.stopped = true;
    return T_SQL_GRAMMAR_UNDEF;
  }
  const int code = sql::read_token(run);
  *location = run.token;
  if (run.stopped) return T_SQL_GRAMMAR_UNDEF;
  const bool is_plain = !failed_before && !run.keep_states && !run.builder.in_module_arguments() &&
                        !sql::falls_back_to_name(code);
  return is_plain ? code : settle_token(code, run, bottom, top, failed_before);
}

static void sql_grammar_error(Span*, sql::GrammarRun& run, const char*) {
  if (!run.stopped) run.builder.fail_near(run.token);
}

namespace leftmost::engine::sql {

void run_grammar(GrammarRun& run) {
  if (yyparse(run) == 2) run.overflowed = true;
}

std::string describe_expected(const GrammarRun& run) {
  if (run.states.empty()) return {};
  const TrialStack stack(run.states.data(), run.states.data() + run.states.size() - 1);
  return expected_words([&](int code) { return is_accepted(stack, YYTRANSLATE(code)); }, run.code_before);
}

}  // namespace leftmost::engine::sql
