# Score tests of ordinal models. Run: Rscript regenerate_ordinal_scores.R  (in this folder; R 4.2.2, lavaan 0.6-14, MASS 7.3-58)
# X2 and epc are lavaan's (modindices, lavTestScore); `scaling` is not in lavaan and is computed here from its parts: with J all
# slopes, W weights, G covariances (n/N and N/n as in its robust errors), K0 the directions of the model, K1 those of the model with
# one restriction less, r is what J K1 has beyond J K0 in the metric of W, and scaling = r'WGWr / r'Wr.
suppressMessages({library(lavaan); library(jsonlite); library(MASS)})
emit <- function(name, x) writeLines(toJSON(x, auto_unbox = TRUE, digits = I(12), na = "null", dataframe = "rows"),
                                     paste0(name, ".json"))
null_space <- function(R, k) if (nrow(R) == 0) diag(k) else Null(t(R))
parts <- function(fit) {
  stacked <- function(x, f) as.matrix(Matrix::bdiag(Map(f, x, n / N)))
  n <- lavInspect(fit, "nobs"); N <- sum(n); many <- function(x) if (is.list(x)) x else list(x)
  list(J = do.call(rbind, many(lavTech(fit, "delta"))), W = stacked(many(lavTech(fit, "wls.v")), function(a, s) a * s),
       G = stacked(many(lavTech(fit, "gamma")), function(a, s) a / s))
}
scaling_of <- function(p, K0, K1) {
  A <- p$J %*% K0; B <- p$J %*% K1
  left <- B - A %*% ginv(t(A) %*% p$W %*% A) %*% t(A) %*% p$W %*% B
  s <- svd(sqrt(p$W) %*% left); r <- left %*% s$v[, 1]
  if (s$d[1] < 1e-6 || (length(s$d) > 1 && s$d[2] > 1e-6 * s$d[1])) return(NA)
  drop(t(r) %*% p$W %*% p$G %*% p$W %*% r) / drop(t(r) %*% p$W %*% r)
}
released <- function(fit) {
  R <- fit@Model@con.jac[, , drop = FALSE]; p <- parts(fit); k <- ncol(R); t <- parTable(fit)
  u <- suppressWarnings(lavTestScore(fit))$uni
  at <- function(label) match(label, t$plabel)
  data.frame(lhs = t$lhs[at(u$rhs)], op = t$op[at(u$rhs)], rhs = t$rhs[at(u$rhs)], group = t$group[at(u$rhs)], X2 = u$X2, p = u$p.value,
             scaling = sapply(seq_len(nrow(R)), function(r) scaling_of(p, null_space(R, k), null_space(R[-r, , drop = FALSE], k))))
}
added <- function(fit) {
  full <- lavaan:::lav_partable_full(partable = fit@ParTable, lavpta = fit@pta, free = TRUE, start = TRUE, strict.exo = FALSE)
  full$free <- 1L; full$user <- 10L
  big <- lavaan:::lav_object_extended(fit, add = full, all.free = TRUE)
  t <- as.data.frame(unclass(big@ParTable)[c("lhs", "op", "rhs", "group", "free", "user")]); p <- parts(big)
  k <- ncol(p$J); own <- t$free[t$free > 0 & t$user != 10]; R <- fit@Model@con.jac[, , drop = FALSE]
  K0 <- matrix(0, k, if (nrow(R)) ncol(null_space(R, ncol(R))) else length(own)); K0[own, ] <- if (nrow(R)) null_space(R, ncol(R)) else diag(length(own))
  m <- modindices(fit); if (is.null(m$group)) m$group <- 1L
  m$free <- mapply(function(l, o, r, g) t$free[t$lhs == l & t$op == o & t$rhs == r & t$group == g & t$user == 10][1], m$lhs, m$op, m$rhs, m$group)
  m$scaling <- sapply(m$free, function(at) { e <- matrix(0, k, 1); e[at] <- 1; scaling_of(p, K0, cbind(K0, e)) })
  as.data.frame(unclass(m[c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.lv", "sepc.all", "scaling")]))
}

bfi <- read.csv(file.path("..", "data", "bfi.csv"))
one <- function(model, items, data, ...) { x <- data[items]; x[] <- lapply(x, ordered); cfa(model, x, ordered = items, ...) }
ACE <- "A =~ A1 + A2 + A3 + A4 + A5\nC =~ C1 + C2 + C3 + C4 + C5\nE =~ E1 + E2 + E3 + E4 + E5"
ace <- c(paste0("A", 1:5), paste0("C", 1:5), paste0("E", 1:5))
equal <- "A =~ a*A1 + A2 + b*A3 + b*A4 + A5\nN =~ N1 + N2 + N3 + N4 + N5\nN1 ~~ N2\nN ~ A"
an <- c(paste0("A", 1:5), paste0("N", 1:5))
crm <- read.csv(file.path("..", "data", "crm_synthetic.csv"))
CRM <- "U =~ usab1 + usab2 + usab3 + usab4\nD =~ dataq1 + dataq2 + dataq3"
cu <- c(paste0("usab", 1:4), paste0("dataq", 1:3))
# Fixed scales and the intercepts of the first group are no candidates here: what they say, thresholds and loadings say.
case <- function(id, model, items, file, data, missing, std_lv) {
  fit <- one(model, items, data, missing = missing, std.lv = std_lv)
  m <- added(fit)
  list(id = id, model = model, items = items, data_file = file, missing = missing, std_lv = std_lv, indices = m)
}
emit("ordinal_modindices", list(r_call = "modindices(cfa(model, data, ordered=items, missing=missing, std.lv=std_lv))", lavaan = "0.6-14",
  cases = list(case("ace", ACE, ace, "bfi.csv", bfi, "listwise", FALSE), case("crm_std_lv", CRM, cu, "crm_synthetic.csv", crm, "listwise", TRUE),
               case("path_equal", equal, an, "bfi.csv", bfi, "listwise", FALSE), case("crm_pairwise", CRM, cu, "crm_synthetic.csv", crm, "pairwise", FALSE))))

# Steps of invariance, as in regenerate_ordinal.R; here with three, four and six categories mixed, and with items of two.
ladder <- function(id, file, data, items, group, model, factors, cut, partial = list(), scalar_only = FALSE) {
  two <- na.omit(data[c(items, group)])
  for (i in items) two[[i]] <- ordered(if (is.null(cut[[i]])) two[[i]] else findInterval(two[[i]], cut[[i]]))
  free <- paste(c(model, paste0(items, " ~ c(nu1", items, ", nu2", items, ")*1 + c(0, NA)*1"), paste0(factors, " ~ c(0, 0)*1"),
                  paste0(items, " ~*~ c(1, NA)*", items)), collapse = "\n")
  steps <- list(thresholds = list(free, "thresholds"), metric = list(free, c("thresholds", "loadings")),
                scalar = list(model, c("thresholds", "loadings")))
  if (scalar_only) steps <- steps["scalar"]
  list(id = id, data_file = file, items = items, group = group, model = model, cut = cut, steps = lapply(names(steps), function(s) {
    fit <- cfa(steps[[s]][[1]], two, ordered = items, group = group, group.equal = steps[[s]][[2]])
    m <- added(fit)
    list(name = s, releases = released(fit), indices = m) }))
}
an9 <- c("A2", "A3", "A4", "A5", "N1", "N2", "N3", "N4", "N5")
AN9 <- "A =~ A2 + A3 + A4 + A5\nN =~ N1 + N2 + N3 + N4 + N5"
n5 <- paste0("N", 1:5)
emit("ordinal_scores", list(r_call = "lavTestScore(fit)$uni; modindices(fit)", lavaan = "0.6-14", ladders = list(
  ladder("six", "bfi.csv", bfi, an9, "gender", AN9, c("A", "N"), list()),
  ladder("mixed", "bfi.csv", bfi, n5, "gender", "N =~ N1 + N2 + N3 + N4 + N5", "N",
         list(N1 = c(2, 4), N2 = c(2, 3, 5), N3 = c(2, 4), N5 = c(2, 3, 4, 5))),
  ladder("binary", "bfi.csv", bfi, n5, "gender", "N =~ N1 + N2 + N3 + N4 + N5", "N",
         list(N1 = 4, N2 = 4, N3 = 4, N4 = 4, N5 = 4), scalar_only = TRUE))))
