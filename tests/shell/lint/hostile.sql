-- Names that XML, workflow commands and terminals would trip over.
CREATE TABLE "a%<b>&,c:d"(id INTEGER PRIMARY KEY, "x ""y"" ]]>" TEXT, "é[31m" TEXT);
CREATE INDEX "i%<,:&" ON "a%<b>&,c:d"("x ""y"" ]]>", "é[31m");
