# Truth for invariance of two waves: one factor of four tests in the two schools of HolzingerSwineford1939, lavaan 0.6-14.
# Rscript regenerate.R [folder]: writes invariance.json there (default: here).
suppressMessages({library(jsonlite); library(lavaan)})
out <- commandArgs(TRUE); out <- if (length(out)) out[1] else "."
steps <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"))
fit <- function(equal, partial = "") { f <- cfa("f =~ x1 + x2 + x3 + x9", HolzingerSwineford1939, group = "school", std.lv = TRUE, meanstructure = TRUE,
  estimator = "MLR", group.equal = equal, group.partial = partial); m <- fitMeasures(f, c("chisq", "df", "cfi.robust", "rmsea.robust")); as.list(m) }
result <- c(list(version = as.character(packageVersion("lavaan"))), lapply(steps, fit), list(partial = fit(steps$scalar, c("x3~1"))))
write_json(result, file.path(out, "invariance.json"), digits = 12, auto_unbox = TRUE)
