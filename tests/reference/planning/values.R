# Makes the values of test_planned_sizes.py that are said there to come from R.
# R 4.2.2, psych 2.2.9, pwr 1.3.0, epiR 2.0.57. Call: Rscript values.R
suppressMessages({library(pwr); library(psych); library(epiR)})
show <- function(name, value) cat(name, format(value, digits = 13), "\n")
for (a in list(c(100, .8, .8), c(30, .75, .8), c(250, .9, .9)))
  show("change", power.t.test(n = a[1], sd = a[2], power = a[3], strict = TRUE, tol = 1e-13)$delta)
# Its solver for d stops early (0.40635005), so its power at our d is taken.
show("power unequal", pwr.t2n.test(n1 = 120, n2 = 80, d = 0.40634803507674105)$power)
show("alpha", unlist(alpha.ci(.8, n.obs = 100, n.var = 4, digits = 12))[c(1, 3)])
show("alpha", unlist(alpha.ci(.7, n.obs = 60, n.var = 6, digits = 12))[c(1, 3)])
show("alpha", unlist(alpha.ci(.9, n.obs = 250, n.var = 10, digits = 12))[c(1, 3)])
show("correlation", r.con(.3, 120))
show("correlation", r.con(0, 180))
show("correlation", r.con(-.6, 45))
show("mean", qt(.975, 179) * .8 / sqrt(180))
show("wilson", prop.test(54, 180, correct = FALSE)$conf.int)
show("wald", qnorm(.975) * sqrt(.3 * .7 / 180))
show("share n", epi.sssimpleestb(N = NA, Py = .5, epsilon = .05, error = "absolute", se = 1, sp = 1,
                                 nfractional = TRUE, conf.level = .95))
show("share n, N = 1000", epi.sssimpleestb(N = 1000, Py = .5, epsilon = .05, error = "absolute", se = 1, sp = 1,
                                           nfractional = TRUE, conf.level = .95))
show("theme", pbinom(1, 29, .1, lower.tail = FALSE))
show("theme of 150", phyper(2, 30, 120, 20, lower.tail = FALSE))
show("cell", pbinom(4, 12, .6, lower.tail = FALSE))
