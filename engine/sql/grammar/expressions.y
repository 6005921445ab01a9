// Expressions.
expr: term
    | LP expr RP         { $$ = $2; }
    | plain_name         { $$ = BUILD.column($1); }
    | JOIN_KW            { $$ = BUILD.column(@1); }
    | name DOT name      { $$ = BUILD.column($1, $3); }
    | name DOT name DOT name { $$ = BUILD.column($1, $3, $5); }
    | VARIABLE           { $$ = BUILD.parameter(@1); }
    | expr COLLATE word  { $$ = BUILD.collate($1, $3, @$); }
    | CAST LP expr AS type_token RP { $$ = BUILD.cast($3, BUILD.cast_type($5), @$); }
    | plain_name LP select_distinct expr_list_opt RP { $$ = BUILD.function(@1, $3 == 1, false, $4, nullptr, @$); }
    | plain_name LP STAR RP      {
        $$ = BUILD.function(@1, false, true, BUILD.empty_list<const Expr*>(), nullptr, @$);
      }
    | plain_name LP select_distinct expr_list_opt RP function_tail {
        $$ = BUILD.function(@1, $3 == 1, false, $4, $6, @$);
      }
    | plain_name LP STAR RP function_tail {
        $$ = BUILD.function(@1, false, true, BUILD.empty_list<const Expr*>(), $5, @$);
      }
    | LP expr_list COMMA expr RP { $$ = BUILD.row(BUILD.append<const Expr*>($2, $4), @$); }
    // Two rules end alike: a BETWEEN's AND belongs to it, and x IS NOT y has no NOT of its own. SQLite decides by
    // precedence, Bison by which rule stands first.
    | expr negated_between expr AND expr %prec BETWEEN { $$ = BUILD.between($2, $1, $3, $5, @$); }
    | expr AND expr      { $$ = BUILD.binary(ExprKind::kAnd, $1, $3, @$); }
    | expr OR expr       { $$ = BUILD.binary(ExprKind::kOr, $1, $3, @$); }
    | expr LT expr       { $$ = BUILD.binary(ExprKind::kLt, $1, $3, @$); }
    | expr GT expr       { $$ = BUILD.binary(ExprKind::kGt, $1, $3, @$); }
    | expr GE expr       { $$ = BUILD.binary(ExprKind::kGe, $1, $3, @$); }
    | expr LE expr       { $$ = BUILD.binary(ExprKind::kLe, $1, $3, @$); }
    | expr EQ expr       { $$ = BUILD.binary(ExprKind::kEq, $1, $3, @$); }
    | expr NE expr       { $$ = BUILD.binary(ExprKind::kNe, $1, $3, @$); }
    | expr BITAND expr   { $$ = BUILD.binary(ExprKind::kBitAnd, $1, $3, @$); }
    | expr BITOR expr    { $$ = BUILD.binary(ExprKind::kBitOr, $1, $3, @$); }
    | expr LSHIFT expr   { $$ = BUILD.binary(ExprKind::kShiftLeft, $1, $3, @$); }
    | expr RSHIFT expr   { $$ = BUILD.binary(ExprKind::kShiftRight, $1, $3, @$); }
    | expr PLUS expr     { $$ = BUILD.binary(ExprKind::kAdd, $1, $3, @$); }
    | expr MINUS expr    { $$ = BUILD.binary(ExprKind::kSubtract, $1, $3, @$); }
    | expr STAR expr     { $$ = BUILD.binary(ExprKind::kMultiply, $1, $3, @$); }
    | expr SLASH expr    { $$ = BUILD.binary(ExprKind::kDivide, $1, $3, @$); }
    | expr REM expr      { $$ = BUILD.binary(ExprKind::kRemainder, $1, $3, @$); }
    | expr CONCAT expr   { $$ = BUILD.binary(ExprKind::kConcat, $1, $3, @$); }
    | expr PTR expr      {
        $$ = BUILD.binary(@2.end - @2.begin == 3 ? ExprKind::kJsonArrowText : ExprKind::kJsonArrow, $1, $3, @$);
      }
    | expr like_operator expr %prec LIKE_KW {
        $$ = BUILD.like(static_cast<ExprKind>($2 & 255), ($2 & 256) != 0, $1, $3, nullptr, @$);
      }
    | expr like_operator expr ESCAPE expr %prec LIKE_KW {
        $$ = BUILD.like(static_cast<ExprKind>($2 & 255), ($2 & 256) != 0, $1, $3, $5, @$);
      }
    | expr ISNULL        { $$ = BUILD.unary(ExprKind::kIsNull, $1, @$); }
    | expr NOTNULL       { $$ = BUILD.unary(ExprKind::kNotNull, $1, @$); }
    | expr NOT NULL      { $$ = BUILD.unary(ExprKind::kNotNull, $1, @$); }
    | expr IS expr       { $$ = BUILD.is(ExprKind::kIs, $1, $3, @$); }
    | expr IS NOT expr %prec IS { $$ = BUILD.is(ExprKind::kIsNot, $1, $4, @$); }
    | expr IS NOT DISTINCT FROM expr %prec IS { $$ = BUILD.is(ExprKind::kIs, $1, $6, @$); }
    | expr IS DISTINCT FROM expr %prec IS     { $$ = BUILD.is(ExprKind::kIsNot, $1, $5, @$); }
    | NOT expr           { $$ = BUILD.unary(ExprKind::kNot, $2, @$); }
    | BITNOT expr        { $$ = BUILD.unary(ExprKind::kBitNot, $2, @$); }
    | PLUS expr %prec BITNOT  { $$ = BUILD.unary(ExprKind::kPlus, $2, @$); }
    | MINUS expr %prec BITNOT { $$ = BUILD.unary(ExprKind::kNegate, $2, @$); }
    | expr negated_in LP expr_list_opt RP %prec IN { $$ = BUILD.in_list($2, $1, $4, @$); }
    | expr negated_in LP select RP %prec IN        { $$ = BUILD.in_select($2, $1, $4, @$); }
    | expr negated_in name schema_part in_arguments %prec IN {
        $$ = BUILD.in_table($2, $1, $4.empty() ? Span{} : $3, $4.empty() ? $3 : $4, $5, @$);
      }
    | LP select RP        { $$ = BUILD.subquery(ExprKind::kSubquery, $2, @$); }
    | EXISTS LP select RP { $$ = BUILD.subquery(ExprKind::kExists, $3, @$); }
    | CASE case_operand case_list case_else END { $$ = BUILD.case_of($2, $3, $4, @$); }
    | RAISE LP IGNORE RP  { $$ = BUILD.raise(sql::RaiseAction::kIgnore, Span{}, @$); }
    | RAISE LP raise_action COMMA name RP {
        $$ = BUILD.raise(sql::raise_action(static_cast<ConflictAction>($3)), $5, @$);
      }
    ;
term: NULL     { $$ = BUILD.leaf(ExprKind::kNull, @1); }
    | FLOAT    { $$ = BUILD.leaf(ExprKind::kReal, @1); }
    | BLOB     { $$ = BUILD.leaf(ExprKind::kBlob, @1); }
    | STRING   { $$ = BUILD.leaf(ExprKind::kString, @1); }
    | INTEGER  { $$ = BUILD.leaf(ExprKind::kInteger, @1); }
    | CTIME_KW { $$ = BUILD.current_time(@1); }
    ;
like_operator: LIKE_KW     { $$ = static_cast<int>(BUILD.like_kind(@1)); }
             | MATCH       { $$ = static_cast<int>(ExprKind::kMatch); }
             | NOT LIKE_KW { $$ = static_cast<int>(BUILD.like_kind(@2)) | 256; }
             | NOT MATCH   { $$ = static_cast<int>(ExprKind::kMatch) | 256; }
             ;
negated_between: BETWEEN { $$ = false; } | NOT BETWEEN { $$ = true; } ;
negated_in: IN { $$ = false; } | NOT IN { $$ = true; } ;
in_arguments: %empty { $$ = sql::List<const Expr*>{nullptr, 0, sql::kNoCall}; } | LP expr_list_opt RP { $$ = $2; } ;
case_list: case_list WHEN expr THEN expr {
             $$ = BUILD.append<const Expr*>(BUILD.append<const Expr*>($1, $3), $5);
           }
         | WHEN expr THEN expr { $$ = BUILD.append<const Expr*>(BUILD.one<const Expr*>($2), $4); }
         ;
case_else: ELSE expr { $$ = $2; } | %empty { $$ = nullptr; } ;
case_operand: expr | %empty { $$ = nullptr; } ;
expr_list_opt: expr_list | %empty { $$ = BUILD.empty_list<const Expr*>(); } ;
expr_list: expr_list COMMA expr { $$ = BUILD.append<const Expr*>($1, $3); }
         | expr                 { $$ = BUILD.one<const Expr*>($1); }
         ;
