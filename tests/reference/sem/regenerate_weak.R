# Items that hardly hang together: lavaan ends at a factor with a negative variance. Run: Rscript regenerate_weak.R (in this folder;
# R 4.2.2, lavaan 0.6-14). The data are our own simulation: four items, one factor, loadings .2, n = 100.
suppressMessages({library(lavaan); library(jsonlite)})
cases <- fromJSON("weak_data.json")
truth <- lapply(cases, function(case) {
  x <- as.data.frame(case$data); m <- "f0 =~ q0 + q1 + q2 + q3"
  fit <- suppressWarnings(if (case$estimator == "ML") cfa(m, x) else cfa(m, x, ordered = names(x), estimator = "WLSMV"))
  p <- parameterEstimates(fit, remove.nonfree = FALSE)
  list(converged = lavInspect(fit, "converged"), chisq = unname(fitMeasures(fit, "chisq")), parameters = as.data.frame(unclass(p[c("lhs", "op", "rhs", "est")])))
})
writeLines(toJSON(list(r_call = "cfa('f0 =~ q0 + q1 + q2 + q3', x); WLSMV with ordered = names(x)", lavaan = "0.6-14", cases = truth),
                  auto_unbox = TRUE, digits = I(12), na = "null", dataframe = "rows"), "weak.json")
