// Names. A plain name may be a keyword that has no use there (see epilogue.y).
plain_name: ID { $$ = @1; } | INDEXED { $$ = @1; } ;
word: ID { $$ = @1; } | STRING { $$ = @1; } ;
name: plain_name | STRING { $$ = @1; } | JOIN_KW { $$ = @1; } ;
schema_part: %empty { $$ = Span{}; } | DOT name { $$ = $2; } ;
full_name: name { $$ = BUILD.target($1); }
         | name DOT name {
             $$ = BUILD.target($1, $3);
           }
         ;
target: name { $$ = BUILD.target($1); }
      | name DOT name {
          $$ = BUILD.target($1, $3);
        }
      | name DOT name AS name {
          $$ = BUILD.target($1, $3);
          $$->alias = BUILD.name($5);
        }
      | name AS name {
          $$ = BUILD.target($1);
          $$->alias = BUILD.name($3);
        }
      ;
name_list: name_list COMMA name { $$ = BUILD.append($1, BUILD.name($3)); }
         | name                 { $$ = BUILD.one(BUILD.name($1)); }
         ;
name_list_opt: %empty { $$ = BUILD.empty_list<Name>(); } | LP name_list RP { $$ = $2; } ;
// Lists of columns where SQLite reads, and then refuses, a collation and a direction.
plain_list: plain_list COMMA name collation_part direction {
              BUILD.reject_decorated_name($3, !$4.empty(), $5 >= 0);
              $$ = BUILD.append($1, BUILD.name($3));
            }
          | name collation_part direction {
              BUILD.reject_decorated_name($1, !$2.empty(), $3 >= 0);
              $$ = BUILD.one(BUILD.name($1));
            }
          ;
plain_list_opt: %empty { $$ = BUILD.empty_list<Name>(); } | LP plain_list RP { $$ = $2; } ;
collation_part: %empty { $$ = Span{}; } | COLLATE word { $$ = $2; } ;
