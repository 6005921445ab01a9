// Windows.
window_clause: WINDOW window_list { $$ = $2; } ;
window_list: window_definition { $$ = BUILD.one(*$1); }
           | window_list COMMA window_definition { $$ = BUILD.append_window($1, *$3); }
           ;
window_definition: name AS LP window RP {
                     $$ = $4;
                     $$->name = BUILD.name($1);
                     $$->span = @$;
                   }
                 ;
window: PARTITION BY expr_list order_by frame_opt {
          $$ = $5;
          $$->partition_by = $3.span();
          $$->order_by = $4.span();
        }
      | name PARTITION BY expr_list order_by frame_opt {
          $$ = $6;
          $$->base = BUILD.name($1);
          $$->partition_by = $4.span();
          $$->order_by = $5.span();
        }
      | ORDER BY sort_list frame_opt {
          $$ = $4;
          $$->order_by = $3.span();
        }
      | name ORDER BY sort_list frame_opt {
          $$ = $5;
          $$->base = BUILD.name($1);
          $$->order_by = $4.span();
        }
      | frame_opt
      | name frame_opt {
          $$ = $2;
          $$->base = BUILD.name($1);
        }
      ;
frame_opt: %empty { $$ = BUILD.make<sql::Window>(); }
         | frame_unit frame_start frame_exclude {
             const sql::FrameEnds ends{$2, {FrameBoundKind::kCurrentRow, nullptr}};
             $$ = BUILD.frame(static_cast<sql::FrameUnit>($1), ends, static_cast<sql::FrameExclude>($3), @$);
           }
         | frame_unit BETWEEN frame_start AND frame_end frame_exclude {
             const sql::FrameEnds ends{$3, $5};
             $$ = BUILD.frame(static_cast<sql::FrameUnit>($1), ends, static_cast<sql::FrameExclude>($6), @$);
           }
         ;
frame_unit: RANGE  { $$ = static_cast<int>(sql::FrameUnit::kRange); }
          | ROWS   { $$ = static_cast<int>(sql::FrameUnit::kRows); }
          | GROUPS { $$ = static_cast<int>(sql::FrameUnit::kGroups); }
          ;
frame_start: frame_bound
           | UNBOUNDED PRECEDING { $$ = sql::FrameBound{FrameBoundKind::kUnboundedPreceding, nullptr}; }
           ;
frame_end: frame_bound
         | UNBOUNDED FOLLOWING { $$ = sql::FrameBound{FrameBoundKind::kUnboundedFollowing, nullptr}; }
         ;
frame_bound: expr PRECEDING { $$ = sql::FrameBound{FrameBoundKind::kPreceding, $1}; }
           | expr FOLLOWING { $$ = sql::FrameBound{FrameBoundKind::kFollowing, $1}; }
           | CURRENT ROW    { $$ = sql::FrameBound{FrameBoundKind::kCurrentRow, nullptr}; }
           ;
frame_exclude: %empty              { $$ = static_cast<int>(sql::FrameExclude::kNone); }
             | EXCLUDE NO OTHERS   { $$ = static_cast<int>(sql::FrameExclude::kNoOthers); }
             | EXCLUDE CURRENT ROW { $$ = static_cast<int>(sql::FrameExclude::kCurrentRow); }
             | EXCLUDE GROUP       { $$ = static_cast<int>(sql::FrameExclude::kGroup); }
             | EXCLUDE TIES        { $$ = static_cast<int>(sql::FrameExclude::kTies); }
             ;
function_tail: filter_clause over_clause { $$ = BUILD.make<sql::FunctionCall>(); $$->filter = $1; $$->over = $2; }
             | over_clause               { $$ = BUILD.make<sql::FunctionCall>(); $$->over = $1; }
             | filter_clause             { $$ = BUILD.make<sql::FunctionCall>(); $$->filter = $1; }
             ;
over_clause: OVER LP window RP { $$ = $3; $$->span = @$; }
           | OVER name {
               $$ = BUILD.make<sql::Window>();
               $$->name = BUILD.name($2);
               $$->is_reference = true;
               $$->span = @$;
             }
           ;
filter_clause: FILTER LP WHERE expr RP { $$ = $4; } ;
