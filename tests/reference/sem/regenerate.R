## Further models by lavaan, beside the cases of ../psychometrics, whose data they use.
## Run in this folder: Rscript regenerate.R > models.json      (lavaan 0.6-14, jsonlite)
suppressMessages({ library(lavaan); library(jsonlite) })
data_of <- function(name) read.csv(file.path("../psychometrics/data", name))
KEEP <- c("npar", "fmin", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor",
  "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "baseline.df.scaled", "baseline.chisq.scaling.factor",
  "cfi", "tli", "rfi", "nfi", "ifi", "rni", "cfi.scaled", "tli.scaled", "cfi.robust", "tli.robust", "logl",
  "unrestricted.logl", "aic", "bic", "bic2", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "rmsea.scaled",
  "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "rmsea.robust", "rmsea.ci.lower.robust", "rmsea.ci.upper.robust",
  "rmr", "srmr", "crmr", "gfi", "agfi", "mfi", "ecvi")
CASES <- list()
add <- function(id, model, data, ..., modindices = FALSE, divide = NULL) {   # divide: columns in smaller units
  d <- data_of(data)
  for (name in names(divide)) d[[name]] <- d[[name]] / divide[[name]]
  call <- list(...)
  run <- function(tol) suppressWarnings(do.call("sem", c(list(model = model, data = d, control = list(rel.tol = tol),
    em.h1.tol = 1e-10, em.h1.iter.max = 5000), call)))
  fit <- NULL                           # tight where the optimiser can say that it has converged
  for (tol in c(1e-14, 1e-12, 1e-10)) if (is.null(fit) || !lavInspect(fit, "converged")) fit <- run(tol)
  if (!lavInspect(fit, "converged")) { message(id, ": not converged"); return(invisible()) }
  pe <- parameterEstimates(fit, remove.nonfree = FALSE, standardized = TRUE)
  ss <- standardizedSolution(fit)
  fm <- fitMeasures(fit)
  pe <- pe[, intersect(c("lhs", "op", "rhs", "group", "est", "se", "std.lv", "std.all"), names(pe))]
  pe$std.se <- ss$se
  out <- list(id = id, model = model, data = data, divide = divide, options = call, parameters = pe, fit = as.list(unclass(fm[intersect(KEEP, names(fm))])))
  if (modindices) { m <- suppressWarnings(modindices(fit, sort. = TRUE)); m <- m[!is.na(m$mi) & m$mi > 1e-6, ]; out$modindices <- m[, intersect(c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.lv", "sepc.all"), names(m))] }
  CASES[[id]] <<- out
}
HS <- "hs1939.csv"; HSM <- "hs1939_missing.csv"; PD <- "political_democracy.csv"; SAT <- "sat_act.csv"
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
add("second_order", paste0(three, "\ng =~ visual + textual + speed"), HS)
add("second_order_unit_variance", paste0(three, "\ng =~ visual + textual + speed"), HS, std.lv = TRUE)
mimic <- paste0(three, "\nvisual ~ sex + ageyr\ntextual ~ sex + ageyr\nspeed ~ sex + grade")
for (e in c("ML", "MLR", "MLM")) add(paste0("predicted_factors_", tolower(e)), mimic, HS, estimator = e)
add("predicted_factors_means", mimic, HS, estimator = "MLR", meanstructure = TRUE)
add("random_predictors", "x1 ~ x2 + x3\nx4 ~ x1 + x2", HS, fixed.x = FALSE, estimator = "MLR")
for (e in c("MLR", "MLM")) add(paste0("paths_", tolower(e)), "x1 ~ x2 + x3\nx4 ~ x1 + x2", HS, estimator = e)
add("paths_mlm_means", "x1 ~ x2 + x3\nx4 ~ x1 + x2", HS, estimator = "MLM", meanstructure = TRUE)
add("paths_fiml", "ACT ~ education + age\nSATV ~ ACT + education\nSATQ ~ ACT + SATV", SAT, missing = "fiml", divide = list(SATV = 100, SATQ = 100, ACT = 5, age = 10))
add("paths_fiml_mlr", "ACT ~ education + age\nSATV ~ ACT + education\nSATQ ~ ACT", SAT, missing = "fiml", divide = list(SATV = 100, SATQ = 100, ACT = 5, age = 10), estimator = "MLR")
add("growth", "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ny1 + y2 + y3 + y4 ~ 0*1\ni ~ NA*1\ns ~ NA*1\ny1 ~~ e*y1\ny2 ~~ e*y2\ny3 ~~ e*y3\ny4 ~~ e*y4", PD)
add("fixed_and_labelled", "visual =~ NA*x1 + a*x2 + a*x3\nvisual ~~ 1*visual\ntextual =~ x4 + start(0.9)*x5 + 1.1*x6\nvisual ~~ 0.3*textual\nx1 ~~ x4\ntwice := 2*a^2 - exp(a)/3", HS)
add("orthogonal", three, HS, orthogonal = TRUE)
add("latent_mediation", paste0("ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60\nindirect := a*b\nshare := indirect/(c + indirect)"), PD, estimator = "MLR", modindices = TRUE)
add("means_mlm", three, HS, estimator = "MLM", meanstructure = TRUE)
add("modified_groups", three, HS, group = "school", modindices = TRUE)
add("groups_unit_variance", three, HS, group = "school", group.equal = c("loadings", "intercepts"), std.lv = TRUE)
add("groups_all_equal", three, HS, group = "school", group.equal = c("loadings", "intercepts", "residuals", "lv.variances", "lv.covariances", "means"), estimator = "MLR")
add("groups_partial", three, HS, group = "school", group.equal = c("loadings", "intercepts"), group.partial = c("x3~1", "visual=~x2"), estimator = "MLM")
add("groups_fiml", three, HSM, group = "school", group.equal = c("loadings", "intercepts"), missing = "fiml")
add("groups_fiml_mlr", three, HSM, group = "school", group.equal = "loadings", missing = "fiml", estimator = "MLR")
add("groups_paths", "x1 ~ c(a1, a2)*x2 + x3\nx4 ~ c(b1, b2)*x1\ndifference := a1*b1 - a2*b2", HS, group = "school", group.equal = "residuals")
add("groups_regressions", "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual", HS, group = "school", group.equal = c("loadings", "regressions"))
add("heywood", "f =~ x1 + x2\ng =~ x4 + x7\nf ~~ g", HS)
add("one_factor_mlr_mean", "f =~ x1 + x2 + x3 + x4", HS, estimator = "MLR", meanstructure = TRUE)
cat(toJSON(list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))), cases = unname(CASES)), digits = 12, auto_unbox = TRUE, na = "null", pretty = FALSE, dataframe = "rows"))
