# Reference values of the careless indices, from the package itself.
#
#   Rscript regenerate.R SOURCES REFERENCE
#
# SOURCES     folder with the R files of careless 1.2.2 (github.com/ryentes/careless, commit 0a84caf, folder R)
# REFERENCE   folder of the files that stay outside the repository; reads surveys/responses/careless__*
#
# Run with R 4.2.2 and psych 2.2.9. Writes expected_*.csv beside this file, 15 significant digits.
args <- commandArgs(trailingOnly = TRUE)
for (name in c("longstring", "irv", "evenodd", "psychsyn", "psychant", "mahad"))
  source(file.path(args[1], paste0(name, ".R")))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

optional <- function(expression, n) tryCatch(suppressWarnings(expression), error = function(e) rep(NA_real_, n))

# psychsyn draws pairs anew at random where a correlation fails; without that its values can be repeated.
indices <- function(x, factors) {
  runs <- longstring(x, avg = TRUE)
  spread <- irv(x, split = TRUE)
  data.frame(
    longstring = runs$longstr, longstring_mean = runs$avgstr,
    irv = spread$irvTotal, irv_1 = spread$irv1, irv_2 = spread$irv2, irv_3 = spread$irv3,
    evenodd = optional(evenodd(x, factors), nrow(x)),
    psychsyn = optional(psychsyn(x, .60, resample_na = FALSE), nrow(x)),
    psychant = optional(psychsyn(x, -.60, anto = TRUE, resample_na = FALSE), nrow(x)),
    optional(mahad(x, plot = FALSE, flag = TRUE), nrow(x)))
}

store <- function(table, name)
  write.csv(format(table, digits = 15, trim = TRUE), file.path(here, paste0("expected_", name, ".csv")),
            row.names = FALSE, quote = FALSE)

answers <- file.path(args[2], "surveys", "responses")
load(file.path(answers, "careless__careless_dataset.rda"))
store(indices(careless_dataset, rep(5, 10)), "careless_dataset")
store(longstring(read.csv(file.path(answers, "careless__lonstring-test-data.csv")), avg = TRUE), "longstring_test_data")

own <- read.csv(file.path(here, "data", "own_answers.csv"))
store(indices(own, rep(4, 6)), "own_raw")
turned <- grep("4$", names(own))
own[turned] <- 6 - own[turned]
store(indices(own, rep(4, 6)), "own_recoded")
