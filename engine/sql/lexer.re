// The rules behind lexer.h, compiled by re2c.
#include "engine/sql/lexer.h"

#include <cctype>

#include "grammar.h"

namespace leftmost::engine::sql {

std::optional<Token> next_token(std::string_view text, std::size_t offset) {
  const char* const start = text.data() + offset;
  const char* const limit = text.data() + text.size();
  const char* cursor = start;
  const char* marker = start;

  const auto token = [&](TokenClass token_class, int code) {
    return Token{token_class, code, Span{static_cast<std::uint32_t>(start - text.data()),
                                         static_cast<std::uint32_t>(cursor - text.data())}};
  };
  const auto keyword = [&](int code) { return token(TokenClass::kKeyword, code); };
  const auto sign = [&](int code) { return token(TokenClass::kOperator, code); };
  const auto illegal = [&] { return token(TokenClass::kIllegal, 0); };

  // The text has no terminator of its own: past its end one reads NUL bytes, and the first NUL is the end anyway.
  /*!re2c
  re2c:flags:case-ranges = 0;
  re2c:api = custom;
  re2c:api:style = free-form;
  re2c:define:YYCTYPE = "unsigned char";
  re2c:define:YYPEEK = "static_cast<unsigned char>(cursor < limit ? *cursor : '\\0')";
  re2c:define:YYSKIP = "++cursor;";
  re2c:define:YYBACKUP = "marker = cursor;";
  re2c:define:YYRESTORE = "cursor = marker;";
  re2c:yyfill:enable = 0;

  end    = [\x00];
  space  = [ \t\n\f\r];
  letter = [A-Za-z_\x80-\xff];
  idchar = [A-Za-z0-9_$\x80-\xff];
  digit  = [0-9];
  hex    = [0-9A-Fa-f];
  notnul = [^\x00];

  end                      { return std::nullopt; }
  space+ | "\xef\xbb\xbf"  { return token(TokenClass::kSpace, 0); }
  "--" [^\n\x00]*          { return token(TokenClass::kComment, 0); }

  // The shortest comment has one byte after the star: a text that ends in `/*` ends in two operators.
  inside = [^*\x00] | "*"+ [^*/\x00];
  "/*" inside* "*"+ "/" | "/*" inside+ "*"* | "/*" "*"+
                           { return token(TokenClass::kComment, 0); }

  'abort'              { return keyword(T_ABORT); }
  'action'             { return keyword(T_ACTION); }
  'add'                { return keyword(T_ADD); }
  'after'              { return keyword(T_AFTER); }
  'all'                { return keyword(T_ALL); }
  'alter'              { return keyword(T_ALTER); }
  'always'             { return keyword(T_ALWAYS); }
  'analyze'            { return keyword(T_ANALYZE); }
  'and'                { return keyword(T_AND); }
  'as'                 { return keyword(T_AS); }
  'asc'                { return keyword(T_ASC); }
  'attach'             { return keyword(T_ATTACH); }
  'autoincrement'      { return keyword(T_AUTOINCR); }
  'before'             { return keyword(T_BEFORE); }
  'begin'              { return keyword(T_BEGIN); }
  'between'            { return keyword(T_BETWEEN); }
  'by'                 { return keyword(T_BY); }
  'cascade'            { return keyword(T_CASCADE); }
  'case'               { return keyword(T_CASE); }
  'cast'               { return keyword(T_CAST); }
  'check'              { return keyword(T_CHECK); }
  'collate'            { return keyword(T_COLLATE); }
  'column'             { return keyword(T_COLUMNKW); }
  'commit'             { return keyword(T_COMMIT); }
  'conflict'           { return keyword(T_CONFLICT); }
  'constraint'         { return keyword(T_CONSTRAINT); }
  'create'             { return keyword(T_CREATE); }
  'cross'              { return keyword(T_JOIN_KW); }
  'current'            { return keyword(T_CURRENT); }
  'current_date'       { return keyword(T_CTIME_KW); }
  'current_time'       { return keyword(T_CTIME_KW); }
  'current_timestamp'  { return keyword(T_CTIME_KW); }
  'database'           { return keyword(T_DATABASE); }
  'default'            { return keyword(T_DEFAULT); }
  'deferrable'         { return keyword(T_DEFERRABLE); }
  'deferred'           { return keyword(T_DEFERRED); }
  'delete'             { return keyword(T_DELETE); }
  'desc'               { return keyword(T_DESC); }
  'detach'             { return keyword(T_DETACH); }
  'distinct'           { return keyword(T_DISTINCT); }
  'do'                 { return keyword(T_DO); }
  'drop'               { return keyword(T_DROP); }
  'each'               { return keyword(T_EACH); }
  'else'               { return keyword(T_ELSE); }
  'end'                { return keyword(T_END); }
  'escape'             { return keyword(T_ESCAPE); }
  'except'             { return keyword(T_EXCEPT); }
  'exclude'            { return keyword(T_EXCLUDE); }
  'exclusive'          { return keyword(T_EXCLUSIVE); }
  'exists'             { return keyword(T_EXISTS); }
  'explain'            { return keyword(T_EXPLAIN); }
  'fail'               { return keyword(T_FAIL); }
  'filter'             { return keyword(T_FILTER); }
  'first'              { return keyword(T_FIRST); }
  'following'          { return keyword(T_FOLLOWING); }
  'for'                { return keyword(T_FOR); }
  'foreign'            { return keyword(T_FOREIGN); }
  'from'               { return keyword(T_FROM); }
  'full'               { return keyword(T_JOIN_KW); }
  'generated'          { return keyword(T_GENERATED); }
  'glob'               { return keyword(T_LIKE_KW); }
  'group'              { return keyword(T_GROUP); }
  'groups'             { return keyword(T_GROUPS); }
  'having'             { return keyword(T_HAVING); }
  'if'                 { return keyword(T_IF); }
  'ignore'             { return keyword(T_IGNORE); }
  'immediate'          { return keyword(T_IMMEDIATE); }
  'in'                 { return keyword(T_IN); }
  'index'              { return keyword(T_INDEX); }
  'indexed'            { return keyword(T_INDEXED); }
  'initially'          { return keyword(T_INITIALLY); }
  'inner'              { return keyword(T_JOIN_KW); }
  'insert'             { return keyword(T_INSERT); }
  'instead'            { return keyword(T_INSTEAD); }
  'intersect'          { return keyword(T_INTERSECT); }
  'into'               { return keyword(T_INTO); }
  'is'                 { return keyword(T_IS); }
  'isnull'             { return keyword(T_ISNULL); }
  'join'               { return keyword(T_JOIN); }
  'key'                { return keyword(T_KEY); }
  'last'               { return keyword(T_LAST); }
  'left'               { return keyword(T_JOIN_KW); }
  'like'               { return keyword(T_LIKE_KW); }
  'limit'              { return keyword(T_LIMIT); }
  'match'              { return keyword(T_MATCH); }
  'materialized'       { return keyword(T_MATERIALIZED); }
  'natural'            { return keyword(T_JOIN_KW); }
  'no'                 { return keyword(T_NO); }
  'not'                { return keyword(T_NOT); }
  'nothing'            { return keyword(T_NOTHING); }
  'notnull'            { return keyword(T_NOTNULL); }
  'null'               { return keyword(T_NULL); }
  'nulls'              { return keyword(T_NULLS); }
  'of'                 { return keyword(T_OF); }
  'offset'             { return keyword(T_OFFSET); }
  'on'                 { return keyword(T_ON); }
  'or'                 { return keyword(T_OR); }
  'order'              { return keyword(T_ORDER); }
  'others'             { return keyword(T_OTHERS); }
  'outer'              { return keyword(T_JOIN_KW); }
  'over'               { return keyword(T_OVER); }
  'partition'          { return keyword(T_PARTITION); }
  'plan'               { return keyword(T_PLAN); }
  'pragma'             { return keyword(T_PRAGMA); }
  'preceding'          { return keyword(T_PRECEDING); }
  'primary'            { return keyword(T_PRIMARY); }
  'query'              { return keyword(T_QUERY); }
  'raise'              { return keyword(T_RAISE); }
  'range'              { return keyword(T_RANGE); }
  'recursive'          { return keyword(T_RECURSIVE); }
  'references'         { return keyword(T_REFERENCES); }
  'regexp'             { return keyword(T_LIKE_KW); }
  'reindex'            { return keyword(T_REINDEX); }
  'release'            { return keyword(T_RELEASE); }
  'rename'             { return keyword(T_RENAME); }
  'replace'            { return keyword(T_REPLACE); }
  'restrict'           { return keyword(T_RESTRICT); }
  'returning'          { return keyword(T_RETURNING); }
  'right'              { return keyword(T_JOIN_KW); }
  'rollback'           { return keyword(T_ROLLBACK); }
  'row'                { return keyword(T_ROW); }
  'rows'               { return keyword(T_ROWS); }
  'savepoint'          { return keyword(T_SAVEPOINT); }
  'select'             { return keyword(T_SELECT); }
  'set'                { return keyword(T_SET); }
  'table'              { return keyword(T_TABLE); }
  'temp'               { return keyword(T_TEMP); }
  'temporary'          { return keyword(T_TEMP); }
  'then'               { return keyword(T_THEN); }
  'ties'               { return keyword(T_TIES); }
  'to'                 { return keyword(T_TO); }
  'transaction'        { return keyword(T_TRANSACTION); }
  'trigger'            { return keyword(T_TRIGGER); }
  'unbounded'          { return keyword(T_UNBOUNDED); }
  'union'              { return keyword(T_UNION); }
  'unique'             { return keyword(T_UNIQUE); }
  'update'             { return keyword(T_UPDATE); }
  'using'              { return keyword(T_USING); }
  'vacuum'             { return keyword(T_VACUUM); }
  'values'             { return keyword(T_VALUES); }
  'view'               { return keyword(T_VIEW); }
  'virtual'            { return keyword(T_VIRTUAL); }
  'when'               { return keyword(T_WHEN); }
  'where'              { return keyword(T_WHERE); }
  'why'                { return keyword(T_WHY); }
  'window'             { return keyword(T_WINDOW); }
  'with'               { return keyword(T_WITH); }
  'without'            { return keyword(T_WITHOUT); }

  "("    { return sign(T_LP); }
  ")"    { return sign(T_RP); }
  ","    { return sign(T_COMMA); }
  "."    { return sign(T_DOT); }
  ";"    { return token(TokenClass::kSemicolon, T_SEMI); }
  "+"    { return sign(T_PLUS); }
  "-"    { return sign(T_MINUS); }
  "*"    { return sign(T_STAR); }
  "/"    { return sign(T_SLASH); }
  "%"    { return sign(T_REM); }
  "="    { return sign(T_EQ); }
  "=="   { return sign(T_EQ); }
  "!="   { return sign(T_NE); }
  "<>"   { return sign(T_NE); }
  "<"    { return sign(T_LT); }
  "<="   { return sign(T_LE); }
  ">"    { return sign(T_GT); }
  ">="   { return sign(T_GE); }
  "<<"   { return sign(T_LSHIFT); }
  ">>"   { return sign(T_RSHIFT); }
  "&"    { return sign(T_BITAND); }
  "|"    { return sign(T_BITOR); }
  "||"   { return sign(T_CONCAT); }
  "~"    { return sign(T_BITNOT); }
  "->"   { return sign(T_PTR); }
  "->>"  { return sign(T_PTR); }

  letter idchar*                          { return token(TokenClass::kName, T_ID); }
  ["] ([^"\x00] | ["]["])* ["]            { return token(TokenClass::kName, T_ID); }
  "`" ([^`\x00] | "``")* "`"              { return token(TokenClass::kName, T_ID); }
  "[" [^\]\x00]* "]"                      { return token(TokenClass::kName, T_ID); }
  ['] ([^'\x00] | [']['])* [']            { return token(TokenClass::kString, T_STRING); }
  ["] ([^"\x00] | ["]["])*                { return illegal(); }
  "`" ([^`\x00] | "``")*                  { return illegal(); }
  "[" [^\]\x00]*                          { return illegal(); }
  ['] ([^'\x00] | [']['])*                { return illegal(); }

  [xX]['] (hex hex)* [']                  { return token(TokenClass::kBlob, T_BLOB); }
  [xX]['] [^'\x00]* [']?                  { return illegal(); }

  digit+                                  { return token(TokenClass::kNumber, T_INTEGER); }
  '0x' hex+                               { return token(TokenClass::kNumber, T_INTEGER); }
  float = (digit+ "." digit* | "." digit+) ('e' [+-]? digit+)? | digit+ 'e' [+-]? digit+;
  float                                   { return token(TokenClass::kNumber, T_FLOAT); }
  "0x" [0-9A-Fa-f]+ idchar+ | "0X" [0-9A-Fa-f]+ idchar+ {
    // Unlike other numbers a hexadecimal one simply ends: 0x1g is 0x1 and the name g.
    cursor = start + 2;
    while (std::isxdigit(static_cast<unsigned char>(*cursor)) != 0) ++cursor;
    return token(TokenClass::kNumber, T_INTEGER);
  }
  (float | digit+) idchar+                { return illegal(); }

  "?" digit*                              { return token(TokenClass::kParameter, T_VARIABLE); }
  name = [$@#:] (("::")* idchar) (idchar | "::")*;
  name                                    { return token(TokenClass::kParameter, T_VARIABLE); }
  name "(" [^\x00 \t\n\f\r)]* ")"         { return token(TokenClass::kParameter, T_VARIABLE); }
  name "(" [^\x00 \t\n\f\r)]*             { return illegal(); }
  [$@#:] ("::")*                          { return illegal(); }
  "!"                                     { return illegal(); }
  notnul                                  { return illegal(); }
  */
}

}  // namespace leftmost::engine::sql
