# How long R's psych and lavaan take for the tasks of beside_r.py. Called by it: Rscript beside_r.R DATA-FOLDER
# Prints one JSON object: task -> median seconds of processor time over the repeats, and the versions.
suppressMessages({library(psych); library(lavaan); library(GPArotation)})
options(mc.cores = 1)
data <- commandArgs(trailingOnly = TRUE)[1]
bfi <- read.csv(file.path(data, "bfi.csv"))[, 1:25]
hs <- read.csv(file.path(data, "hs1939.csv"))
hs_missing <- read.csv(file.path(data, "hs1939_missing.csv"))
sat <- read.csv(file.path(data, "sat_act.csv"))
complete <- na.omit(bfi)
ordered_bfi <- as.data.frame(lapply(complete, ordered))
five <- paste("A =~ A1 + A2 + A3 + A4 + A5", "C =~ C1 + C2 + C3 + C4 + C5", "E =~ E1 + E2 + E3 + E4 + E5",
              "N =~ N1 + N2 + N3 + N4 + N5", "O =~ O1 + O2 + O3 + O4 + O5", sep = "\n")
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
quiet <- function(work) suppressWarnings(suppressMessages(invisible(capture.output(work()))))
# processor time, so that what else the machine does counts little
seconds <- function(work, repeats) median(replicate(repeats, sum(system.time(quiet(work))[1:2])))
# short tasks are repeated inside one measurement: the clock has milliseconds only
many <- function(work, times, repeats) seconds(function() for (i in seq_len(times)) work(), repeats) / times
agree <- complete[, 1:5]
agree$A1 <- 7 - agree$A1
agree <- as.matrix(agree)
alpha_of <- function(x) { C <- cov(x); k <- ncol(x); k / (k - 1) * (1 - sum(diag(C)) / sum(C)) }
found <- list(
  alpha = many(function() alpha(bfi, check.keys = FALSE, warnings = FALSE), 5, 5),
  alpha_only = many(function() alpha_of(complete), 20, 5),
  efa = many(function() fa(bfi, nfactors = 5, fm = "minres", rotate = "oblimin", warnings = FALSE), 5, 5),
  parallel = seconds(function() fa.parallel(bfi, fm = "minres", fa = "both", n.iter = 20, plot = FALSE), 3),
  polychoric_lavaan = many(function() lavCor(ordered_bfi, ordered = names(ordered_bfi)), 2, 3),
  polychoric_psych = seconds(function() polychoric(bfi, correct = 0), 3),
  cfa_ml = many(function() cfa(three, hs), 10, 5),
  cfa_mlr = many(function() cfa(three, hs, estimator = "MLR"), 10, 5),
  cfa_fiml = many(function() cfa(three, hs_missing, missing = "fiml"), 5, 3),
  invariance = many(function() { cfa(three, hs, group = "school")
    cfa(three, hs, group = "school", group.equal = "loadings")
    cfa(three, hs, group = "school", group.equal = c("loadings", "intercepts"))
    cfa(three, hs, group = "school", group.equal = c("loadings", "intercepts", "residuals")) }, 2, 3),
  mediation = seconds(function() sem("ACT ~ a*education\nSATV ~ b*ACT + education\nab := a*b", na.omit(sat), se = "bootstrap", bootstrap = 1000), 1),
  cfa_wlsmv = seconds(function() cfa(five, ordered_bfi, ordered = names(ordered_bfi), estimator = "WLSMV"), 3),
  alpha_bootstrap_psych = seconds(function() alpha(agree, n.iter = 1000), 1),
  alpha_bootstrap = seconds(function() for (i in 1:1000) alpha_of(agree[sample.int(nrow(agree), replace = TRUE), ]), 3),
  omega = seconds(function() omega(bfi, nfactors = 5, plot = FALSE), 3)
)
found$versions <- paste(R.version.string, "psych", packageVersion("psych"), "lavaan", packageVersion("lavaan"))
cat(paste0("{", paste(sprintf("\"%s\": %s", names(found), sapply(found, function(x) if (is.character(x)) dQuote(x, FALSE) else format(x, digits = 6))), collapse = ", "), "}\n"))
